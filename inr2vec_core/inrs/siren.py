"""The INR: a small SIREN (Sitzmann et al. 2020), and the flat order in which weights are stored.

Flat order, layer by layer: `weight` row-major with one output neuron's incoming weights per row,
then `bias`. A hidden layer of width H is therefore H rows of H values followed by its bias as one
more row, which is what the encoder reads (paper, Section 3 and Appendix D).
"""

from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from inr2vec_core.utils.seeding import numpy_stream


@dataclass(frozen=True)
class SirenConfig:
    """Sizes of a SIREN R^3 -> R.

    Attributes:
        width: neurons of a hidden layer.
        depth: hidden layers.
        omega: the factor of the sine's argument.

    >>> SirenConfig(512, 4).n_parameters
    790529
    """

    width: int = 512
    depth: int = 4
    omega: float = 30.0

    @cached_property
    def layers(self) -> tuple[tuple[int, int], ...]:
        """(outputs, inputs) of each linear layer, in flat order."""
        hidden = ((self.width, self.width),) * (self.depth - 1)
        return ((self.width, 3), *hidden, (1, self.width))

    @property
    def n_parameters(self) -> int:
        """Number of weights and biases."""
        return sum(o * i + o for o, i in self.layers)

    @property
    def n_head(self) -> int:
        """Parameters of the last, plain linear layer."""
        return self.width + 1

    @property
    def hidden_slice(self) -> slice:
        """The layers between hidden layers in the flat vector: the encoder's input."""
        return slice(4 * self.width, self.n_parameters - self.n_head)

    @property
    def n_rows(self) -> int:
        """Rows of the encoder's input matrix: (depth - 1) * (width + 1); 1539 for 512 x 4."""
        return (self.depth - 1) * (self.width + 1)

    def describe(self) -> dict:
        """The sizes and the flat order, to be stored beside weights."""
        order = [
            f"weight{k} ({o}, {i}) row-major, bias{k} ({o},)"
            for k, (o, i) in enumerate(self.layers)
        ]
        return asdict(self) | {"n_parameters": self.n_parameters, "flat_order": "; ".join(order)}


def initial_weights(siren: SirenConfig, seed: int, *names: str | int) -> np.ndarray:
    """SIREN's initialization (Sitzmann et al. 2020b).

    First layer U(±1/3), other weights U(±sqrt(6/fan_in)/omega), biases U(±1/sqrt(fan_in)).
    One vector serves every shape of an `inr` entry (paper, Appendix F).

    Args:
        siren: sizes of the INR.
        seed: the run's seed.
        names: of the random stream, where each shape has its own.

    Returns:
        (n_parameters,) float32.
    """
    rng = numpy_stream(seed, "init", *names)
    vectors = []
    for k, (n_out, n_in) in enumerate(siren.layers):
        bound = 1 / n_in if k == 0 else np.sqrt(6 / n_in) / siren.omega
        vectors.append(rng.uniform(-bound, bound, n_out * n_in))
        vectors.append(rng.uniform(-1, 1, n_out) / np.sqrt(n_in))
    return np.concatenate(vectors).astype(np.float32)


def unflatten(flat: Tensor, layers: tuple[tuple[int, int], ...]) -> list[tuple[Tensor, Tensor]]:
    """Split flat parameters into layers.

    Args:
        flat: (b, n) parameters.
        layers: (outputs, inputs) of each layer, as `SirenConfig.layers`.

    Returns:
        Views [(weight (b, outputs, inputs), bias (b, 1, outputs)), ...].
    """
    views, start = [], 0
    for n_out, n_in in layers:
        weight = flat[:, start : start + n_out * n_in].view(-1, n_out, n_in)
        start += n_out * n_in
        views.append((weight, flat[:, start : start + n_out].unsqueeze(1)))
        start += n_out
    return views


def rows(flat: Tensor, siren: SirenConfig) -> Tensor:
    """The encoder's input matrix, a view: (b, n_parameters) -> (b, n_rows, width)."""
    return flat[:, siren.hidden_slice].unflatten(1, (siren.n_rows, siren.width))


def evaluate(flat: Tensor, coords: Tensor, siren: SirenConfig) -> Tensor:
    """Outputs (logits) of b INRs, each at its own points.

    Differentiable in both tensors; fitting has a faster path of its own (`fitting.py`).

    Args:
        flat: (b, n_parameters) weights.
        coords: (b, q, 3) points.
        siren: sizes of the INRs.

    Returns:
        (b, q).
    """
    *hidden, (weight, bias) = unflatten(flat, siren.layers)
    x = coords
    for w, b in hidden:
        x = torch.sin(siren.omega * torch.baddbmm(b, x, w.transpose(1, 2)))
    return torch.baddbmm(bias, x, weight.transpose(1, 2)).squeeze(2)
