"""One step of fitting after another: the library's, a plain one by autograd, and one by vmap."""

from types import ModuleType, SimpleNamespace

import reference
import torch
import torch.nn.functional as F
from torch import Tensor

from gpu_steps.products import Product
from gpu_steps.shapes import stored_queries
from inr2vec_core.geometry.queries import dequantize
from inr2vec_core.inrs.rounded_batch import RoundedBatch
from inr2vec_core.inrs.siren import initial_weights, unflatten
from inr2vec_core.inrs.siren_batch import SirenBatch
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.ops.losses import bce

DEPTH, LR, BLOCKS = 4, 1e-4, 4


class Queries:
    """Blocks of stored queries, read as the library's `fit` reads them.

    Args:
        stored: (b, n, 4) int16 on the device, n a multiple of `queries`.
        queries: of each INR in a step.
        kind: of coordinates and labels.
    """

    def __init__(self, stored: Tensor, queries: int, kind: torch.dtype = torch.float32):
        self.stored, self.queries, self.kind, self.at = stored, queries, kind, 0

    def next(self) -> tuple[Tensor, Tensor]:
        """Coordinates (b, q, 3) and labels (b, q) of the next step."""
        block = self.stored[:, self.at : self.at + self.queries]
        self.at = (self.at + self.queries) % self.stored.shape[1]
        coords, labels = dequantize(block)
        return coords.to(self.kind), labels.to(self.kind)


def start(width: int, n: int, queries: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """What n INRs start from: weights (n, n_parameters) and stored queries (n, ..., 4)."""
    flat = torch.from_numpy(initial_weights(SirenConfig(width, DEPTH), 0)).expand(n, -1)
    stored = torch.from_numpy(stored_queries(n, BLOCKS * queries))
    return flat.to(device, copy=True), stored.to(device)


class LibraryFit:
    """The library's step.

    Args:
        flat: (b, n_parameters) initial weights, of any floating type.
        queries: what each step reads.
        shape: of the INRs.
        kernels: of the library; its own choice by default.
        forward: with products in bfloat16, in the backward pass or (True) in both; None for
            float32.
    """

    def __init__(
        self,
        flat: Tensor,
        queries: Queries,
        shape: SirenConfig,
        kernels: ModuleType | SimpleNamespace | None = None,
        forward: bool | None = None,
    ):
        self.queries = queries
        if forward is None:
            self.batch = SirenBatch(flat, shape, queries.queries, kernels)
        else:
            self.batch = RoundedBatch(flat, shape, queries.queries, forward)
        self.adam = self.batch.adam(LR)

    def step(self) -> Tensor:
        """Mean loss of each INR (b,), before the step."""
        value = self.batch.step(*self.queries.next(), bce)
        self.adam.step()
        return value

    def flat(self) -> Tensor:
        """The weights (b, n_parameters)."""
        return self.batch.flat()


class AutogradFit:
    """The plain step: stacked parameters, autograd, torch's Adam.

    Args:
        flat, queries, shape: as of `LibraryFit`.
        product: of hidden layers; `torch.baddbmm` where None.
    """

    def __init__(
        self, flat: Tensor, queries: Queries, shape: SirenConfig, product: Product | None = None
    ):
        self.queries, self.product = queries, product
        self.parameters = reference.stack_parameters(flat, shape.width, shape.depth)
        self.adam = torch.optim.Adam(self.parameters, lr=LR, foreach=True)

    def step(self) -> Tensor:
        """Mean loss of each INR (b,), before the step."""
        coords, labels = self.queries.next()
        outputs = self._outputs(coords)
        loss = F.binary_cross_entropy_with_logits(outputs, labels, reduction="none").mean(1)
        self.adam.zero_grad()
        loss.sum().backward()
        self.adam.step()
        return loss.detach()

    def _outputs(self, coords: Tensor) -> Tensor:
        if self.product is None:
            return reference.siren(self.parameters, coords)
        weights, biases = self.parameters[::2], self.parameters[1::2]
        x = torch.sin(reference.OMEGA * torch.baddbmm(biases[0], coords, weights[0]))
        for weight, bias in zip(weights[1:-1], biases[1:-1], strict=True):
            x = torch.sin(reference.OMEGA * (self.product(x, weight) + bias))
        return torch.baddbmm(biases[-1], x, weights[-1]).squeeze(2)

    @torch.no_grad()
    def flat(self) -> Tensor:
        """The weights (b, n_parameters)."""
        pairs = zip(self.parameters[::2], self.parameters[1::2], strict=True)
        return torch.cat([t.flatten(1) for w, b in pairs for t in (w.mT, b)], 1)


class VmapFit:
    """The step as `torch.func` has it: the gradient of one INR, mapped over all.

    Args:
        flat, queries, shape: as of `LibraryFit`.
        backend: of `torch.compile`; None for no compiler.
    """

    def __init__(
        self, flat: Tensor, queries: Queries, shape: SirenConfig, backend: str | None = None
    ):
        def loss(parameters: list[tuple[Tensor, Tensor]], coords: Tensor, labels: Tensor) -> Tensor:
            x = coords
            for weight, bias in parameters[:-1]:
                x = torch.sin(shape.omega * F.linear(x, weight, bias))
            outputs = F.linear(x, *parameters[-1]).squeeze(1)
            return F.binary_cross_entropy_with_logits(outputs, labels)

        self.queries = queries
        layers = unflatten(flat, shape.layers)
        self.parameters = [(w.clone(), b.squeeze(1).clone()) for w, b in layers]
        gradient = torch.func.vmap(torch.func.grad_and_value(loss))
        if backend:
            gradient = torch.compile(gradient, backend=backend, dynamic=False)
        self.gradient = gradient
        self.tensors = [t for pair in self.parameters for t in pair]
        self.adam = torch.optim.Adam(self.tensors, lr=LR, foreach=True)

    def step(self) -> Tensor:
        """Mean loss of each INR (b,), before the step."""
        gradients, value = self.gradient(self.parameters, *self.queries.next())
        for tensor, gradient in zip(
            self.tensors, (g for pair in gradients for g in pair), strict=True
        ):
            tensor.grad = gradient
        self.adam.step()
        return value

    def flat(self) -> Tensor:
        """The weights (b, n_parameters)."""
        return torch.cat([t.flatten(1) for t in self.tensors], 1)
