"""Stacked SIRENs with the backward pass written by hand.

A batch of b SIRENs is b stacked weight tensors contracted in one product per layer. Nothing
couples two INRs: each has its own queries, its own mean loss, and Adam works element by element.
omega is folded into the weights while fitting: theta' = omega * theta, with a learning rate omega
times as large and an epsilon omega times as small, follows the same Adam trajectory and saves two
passes over every activation (the plain last layer's outputs are divided by omega instead).
Everything that is not a matrix product is in `kernels`.
"""

from dataclasses import dataclass
from types import ModuleType, SimpleNamespace

import torch
from torch import Tensor

from inr2vec_core.inrs.kernels import kernels_for
from inr2vec_core.inrs.siren import unflatten
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.ops.losses import LossAndGradient


class SirenBatch:
    """b SIRENs with folded omega, their gradients and their activation buffers.

    Args:
        flat: (b, n_parameters) initial weights in the flat order of `siren.py`.
        chunk: queries per INR that go through the network at once; the buffers' length.
        kernels: a set of `inrs.kernels`; the fastest for `flat` by default.
    """

    def __init__(
        self,
        flat: Tensor,
        siren: SirenConfig,
        chunk: int,
        kernels: ModuleType | SimpleNamespace | None = None,
    ):
        self.siren, self.b, self.chunk = siren, len(flat), chunk
        self._kernels = kernels or kernels_for(flat)
        # Layer after layer, so that the weights of one layer lie together for all INRs.
        layers = unflatten(flat * siren.omega, siren.layers)
        self.parameters = torch.cat([t.flatten() for pair in layers for t in pair])
        self.parameters.grad = torch.zeros_like(self.parameters)
        self._layers = self._by_layer(self.parameters)
        self._gradients = self._by_layer(self.parameters.grad)
        view = self._kernels.view
        self._layer_views = [(view(w), view(bias)) for w, bias in self._layers]
        self._gradient_views = [(view(w), view(bias)) for w, bias in self._gradients]
        self._memories = self._new_memories(flat, self.b * chunk * siren.width)
        self._buffers: dict[int, tuple[list[Tensor], list]] = {}  # of whole chunks, and the rest

    def step(self, coords: Tensor, labels: Tensor, loss: LossAndGradient) -> Tensor:
        """Forward and backward pass, which fills the gradients.

        Args:
            coords: (b, q, 3) points.
            labels: (b, q).
            loss: outputs, labels -> losses of INRs and gradient at the outputs.

        Returns:
            Mean loss of each INR, (b,).
        """
        self.parameters.grad.zero_()
        q = labels.shape[1]
        total = labels.new_zeros(self.b)
        for start in range(0, q, self.chunk):
            chunk = slice(start, start + self.chunk)
            chunk_labels = labels[:, chunk]
            total += self._add_gradients(
                coords[:, chunk].contiguous(), chunk_labels, loss, chunk_labels.shape[1] / q
            )
        return total

    def _new_memories(self, flat: Tensor, size: int) -> list[Tensor]:
        """Rows of `size` numbers, one for each buffer, by type."""
        return [flat.new_empty(2 * self.siren.depth + 1, size)]

    def _buffers_of(self, n: int) -> tuple[list[Tensor], list]:
        """The buffers as (b, n, width), for chunks of n queries; and the kernels' views of them.

        Here sines and cosines of each layer, and the upstream gradient.
        """
        if n not in self._buffers:
            size = (self.b, n, self.siren.width)
            length = self.b * n * self.siren.width
            tensors = [t for memory in self._memories for t in memory[:, :length].view(-1, *size)]
            self._buffers[n] = tensors, [self._kernels.view(t) for t in tensors]
        return self._buffers[n]

    def _head(
        self, sines, labels: Tensor, loss: LossAndGradient, share: float
    ) -> tuple[Tensor, Tensor]:
        """The last layer on the kernels' view of sines, and the loss; adds its bias's gradient.

        Returns:
            Losses of INRs (b,), scaled by `share`, and the gradient at the outputs (b, n).
        """
        outputs = labels.new_empty(labels.shape)
        self._kernels.head(sines, *self._layer_views[-1], self._kernels.view(outputs))
        value, gradient = loss(outputs.div_(self.siren.omega), labels)
        gradient *= share / self.siren.omega
        self._gradients[-1][1].add_(gradient.sum(1)[:, None, None])
        return value * share, gradient

    def _add_gradients(
        self, coords: Tensor, labels: Tensor, loss: LossAndGradient, share: float
    ) -> Tensor:
        kernels, depth = self._kernels, self.siren.depth
        layers, gradients = self._layer_views, self._gradient_views
        (*tensors, upstream), (*views, upstream_view) = self._buffers_of(labels.shape[1])
        sines, cosines = tensors[:depth], tensors[depth:]
        sine_views, cosine_views = views[:depth], views[depth:]
        coords_view = kernels.view(coords)

        kernels.first_layer(coords_view, *layers[0], sine_views[0], cosine_views[0])
        for k in range(1, depth):
            torch.bmm(sines[k - 1], self._layers[k][0].transpose(1, 2), out=cosines[k])
            kernels.sine_cosine(cosine_views[k], layers[k][1], sine_views[k])
        value, gradient = self._head(sine_views[-1], labels, loss, share)

        kernels.head_gradient(
            kernels.view(gradient), layers[-1][0], sine_views[-1], cosine_views[-1],
            gradients[-1][0], gradients[-2][1],
        )  # fmt: skip
        for k in reversed(range(1, depth)):
            self._gradients[k][0].baddbmm_(cosines[k].transpose(1, 2), sines[k - 1])
            torch.bmm(cosines[k], self._layers[k][0], out=upstream)
            if k > 1:
                kernels.hidden_gradient(upstream_view, cosine_views[k - 1], gradients[k - 1][1])
        kernels.first_gradient(upstream_view, cosine_views[0], coords_view, *gradients[0])
        return value

    def adam(self, lr: float):
        """An optimizer whose `step` moves the parameters as Adam would move the unscaled ones."""
        omega = self.siren.omega
        return self._kernels.adam(self.parameters, lr * omega, 1e-8 / omega)

    def gradient_descent(self, rates: Tensor) -> "GradientDescent":
        """An optimizer whose `step` descends the unscaled parameters.

        Args:
            rates: (n_parameters,) of each weight, the same for all INRs.
        """
        # theta' = omega * theta, whose gradient is that of theta divided by omega.
        scaled = torch.empty_like(self.parameters)
        for target, layer in zip(
            self._by_layer(scaled),
            unflatten(rates.to(scaled)[None], self.siren.layers),
            strict=True,
        ):
            for t, rate in zip(target, layer, strict=True):
                t.copy_(rate.expand_as(t))
        return GradientDescent(self.parameters, scaled.mul_(self.siren.omega**2))

    def flat(self) -> Tensor:
        """The weights as they are stored, omega unfolded: (b, n_parameters)."""
        tensors = [t.flatten(1) for pair in self._layers for t in pair]
        return torch.cat(tensors, 1) / self.siren.omega

    def _by_layer(self, buffer: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Views of parameters or gradients: [(weight (b, out, in), bias (b, 1, out)), ...]."""
        views, start = [], 0
        for n_out, n_in in self.siren.layers:
            weight = buffer[start : start + self.b * n_out * n_in].view(self.b, n_out, n_in)
            start += weight.numel()
            views.append((weight, buffer[start : start + self.b * n_out].view(self.b, 1, n_out)))
            start += self.b * n_out
        return views


@dataclass(frozen=True)
class GradientDescent:
    """Gradient descent with a rate for each parameter.

    Attributes:
        parameters: (n,), with their gradient.
        rates: (n,).
    """

    parameters: Tensor
    rates: Tensor

    def step(self) -> None:
        self.parameters.addcmul_(self.parameters.grad, self.rates, value=-1)
