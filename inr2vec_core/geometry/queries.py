"""Where fields are queried (paper, Appendix B), and the 16-bit form of queries and labels.

Coordinates are rounded to 1/32767 before the field is evaluated, so that a stored label belongs
exactly to its stored coordinates; a label keeps 15 bits, 3e-6 of a distance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.utils.settings import Settings

if TYPE_CHECKING:  # jobs that only draw queries need not wait for torch
    from torch import Tensor

SCALE = 32767


@dataclass(frozen=True)
class QuerySampling(Settings):
    """How queries are spread.

    The default is the paper's 250k / 200k / 25k / 25k with the released code's 100k on the
    surface.

    Attributes:
        sigmas: standard deviations of the noise around surface points; 0 is the surface itself.
        shares: the share of queries that each sigma gets, relative to all shares.
        uniform: the share of queries drawn in [-1, 1]^3.
        near: of grids, which read nothing else: the share of queries, 0 to 1, that are drawn
            among occupied voxels and their 26 neighbors. The paper has none, and draws twenty
            times as many.
    """

    sigmas: Sequence[float] = (0.0, 0.003, 0.01, 0.1)
    shares: Sequence[float] = (100 / 600, 250 / 600, 200 / 600, 25 / 600)
    uniform: float = 25 / 600
    near: float = 0.0

    def counts(self, n: int) -> list[int]:
        """The number of queries of each kind, the uniform ones last; they sum to `n`."""
        weights = np.array([*self.shares, self.uniform], float)
        edges = np.rint(np.cumsum(weights / weights.sum()) * n).astype(int)
        return np.diff(edges, prepend=0).tolist()


def sample_coordinates(
    surface: Callable[[int], np.ndarray], n: int, sampling: QuerySampling, rng: np.random.Generator
) -> np.ndarray:
    """Query coordinates in random order.

    Args:
        surface: gives as many random points of the surface as it is asked for, (count, 3).
        n: queries wanted.
        sampling: how they are spread.
        rng: the random stream.

    Returns:
        (n, 3) float32 in [-1, 1].
    """
    *near, uniform = sampling.counts(n)
    chunks = []
    for sigma, count in zip(sampling.sigmas, near, strict=True):
        base = surface(count)
        chunks.append(base + rng.standard_normal((count, 3), dtype=np.float32) * np.float32(sigma))
    chunks.append(rng.uniform(-1, 1, (uniform, 3)).astype(np.float32))
    coords = np.concatenate(chunks)[rng.permutation(n)]
    return np.clip(coords, -1, 1, out=coords)


def to_steps(coords: np.ndarray) -> np.ndarray:
    """Coordinates (n, 3) float32 in [-1, 1] as whole steps of 1/32767, still float32."""
    return np.rint(coords * np.float32(SCALE))


def from_steps(steps: np.ndarray) -> np.ndarray:
    """The coordinates of whole steps (n, 3), at which labels are taken: float32."""
    return steps / np.float32(SCALE)


@compiled
def quantize(steps, labels):
    """Whole steps (n, 3) and labels (n,) in [0, 1] -> (n, 4) int16, in one pass."""
    out = np.empty((len(labels), 4), np.int16)
    for i in range(len(labels)):
        for a in range(3):
            out[i, a] = np.int16(steps[i, a])
        out[i, 3] = np.int16(np.rint(labels[i] * np.float32(SCALE)))
    return out


def dequantize(stored: Tensor) -> tuple[Tensor, Tensor]:
    """Coordinates and labels of quantized queries.

    Args:
        stored: (..., 4) int16.

    Returns:
        Coordinates (..., 3) in [-1, 1] and labels (...) in [0, 1], float32.
    """
    import torch

    if stored.is_cuda:
        values = stored.to(torch.float32) / SCALE
        return values[..., :3].contiguous(), values[..., 3].contiguous()
    coords, labels = _unpack(stored.reshape(-1, 4).numpy())
    return (
        torch.from_numpy(coords).view(*stored.shape[:-1], 3),
        torch.from_numpy(labels).view(stored.shape[:-1]),
    )


@compiled
def _unpack(stored):
    coords, labels = np.empty((len(stored), 3), np.float32), np.empty(len(stored), np.float32)
    for i in range(len(stored)):
        for a in range(3):
            coords[i, a] = np.float32(stored[i, a]) / np.float32(SCALE)
        labels[i] = np.float32(stored[i, 3]) / np.float32(SCALE)
    return coords, labels
