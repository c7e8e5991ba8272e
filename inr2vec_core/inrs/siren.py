"""The INR: a small SIREN (Sitzmann et al. 2020), and the flat order in which weights are stored.

Flat order, layer by layer: `weight` row-major with one output neuron's incoming weights per row,
then `bias`. A hidden layer of width H is therefore H rows of H values followed by its bias as one
more row, which is what the encoder reads (paper, Section 3 and Appendix D).
"""

import numpy as np
import torch
from torch import Tensor

from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.utils.seeding import numpy_stream


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
