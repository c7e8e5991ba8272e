"""Queries of a shape's field (paper, Appendix B), and their 16-bit form.

Coordinates are rounded to 1/32767 before the field is evaluated, so that a stored label belongs
exactly to its stored coordinates; a label keeps 15 bits, 3e-6 of a distance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inr2vec_core.geometry.shapes import CloudShape, MeshShape, Shape
from inr2vec_core.geometry.voxels import centroids
from inr2vec_core.inrs.fields import sdf_labels, udf_labels
from inr2vec_core.ops.numba_jit import compiled

if TYPE_CHECKING:  # jobs that only draw queries need not wait for torch
    from torch import Tensor

SCALE = 32767


@dataclass(frozen=True)
class QuerySampling:
    """How queries are spread: `shares[i]` of them at noise `sigmas[i]` around surface points.

    A sigma of 0 means on the surface itself; `uniform` is the share drawn in [-1, 1]^3. The
    default is the paper's 250k / 200k / 25k / 25k with the released code's 100k on the surface.
    Of grids only `near` counts: the part of all queries, 0 to 1, that are drawn among
    occupied voxels and their 26 neighbours. The paper has none, and draws twenty times as many.
    """

    sigmas: Sequence[float] = (0.0, 0.003, 0.01, 0.1)
    shares: Sequence[float] = (100 / 600, 250 / 600, 200 / 600, 25 / 600)
    uniform: float = 25 / 600
    near: float = 0.0

    def counts(self, n: int) -> list[int]:
        """Queries of each kind, the uniform ones last; they sum to n."""
        weights = np.array([*self.shares, self.uniform], float)
        edges = np.rint(np.cumsum(weights / weights.sum()) * n).astype(int)
        return np.diff(edges, prepend=0).tolist()


def sample_coordinates(
    surface: Callable[[int], np.ndarray], n: int, mix: QuerySampling, rng: np.random.Generator
) -> np.ndarray:
    """Query coordinates in random order: (n, 3) float32 in [-1, 1].

    Args:
        surface: gives so many random points of the surface, (count, 3).
    """
    *near, uniform = mix.counts(n)
    parts = []
    for sigma, count in zip(mix.sigmas, near, strict=True):
        base = surface(count)
        parts.append(base + rng.standard_normal((count, 3), dtype=np.float32) * np.float32(sigma))
    parts.append(rng.uniform(-1, 1, (uniform, 3)).astype(np.float32))
    coords = np.concatenate(parts)[rng.permutation(n)]
    return np.clip(coords, -1, 1, out=coords)


def sample_queries(
    shape: Shape, n: int, mix: QuerySampling, rng: np.random.Generator
) -> np.ndarray:
    """Quantised queries of a shape's field and their labels: (n, 4) int16, xyz and label.

    Grids are queried at random centroids, each at most once but for those `mix.near`, and there
    are as many queries as voxels where n is larger.
    """
    if isinstance(shape, CloudShape):
        return _sample_udf(shape.points, n, mix, rng)
    if isinstance(shape, MeshShape):
        return _sample_sdf(shape, n, mix, rng)
    return _sample_occupancy(shape.grid, n, mix, rng)


def _sample_udf(
    points: np.ndarray, n: int, mix: QuerySampling, rng: np.random.Generator
) -> np.ndarray:
    def surface(count: int) -> np.ndarray:
        return points[rng.integers(len(points), size=count)]

    steps = np.rint(sample_coordinates(surface, n, mix, rng) * np.float32(SCALE))
    return _pack(steps, udf_labels(points, steps / np.float32(SCALE)))


def _sample_sdf(
    mesh: MeshShape, n: int, mix: QuerySampling, rng: np.random.Generator
) -> np.ndarray:
    near = mesh.surface().sample(sum(mix.counts(n)[:-1]), rng)[0].astype(np.float32)
    parts = iter(np.split(near, np.cumsum(mix.counts(n)[:-1])))

    def surface(count: int) -> np.ndarray:
        return next(parts)

    steps = np.rint(sample_coordinates(surface, n, mix, rng) * np.float32(SCALE))
    return _pack(steps, sdf_labels(mesh.signed_distance()(steps / np.float32(SCALE))))


def _sample_occupancy(
    grid: np.ndarray, n: int, mix: QuerySampling, rng: np.random.Generator
) -> np.ndarray:
    total = min(n, grid.size)
    near = round(mix.near * total)
    # Far cheaper than a permutation of all centroids where few are wanted.
    chosen = rng.choice(grid.size, total - near, replace=False)
    if near:
        around = np.flatnonzero(_grown(grid))
        chosen = rng.permutation(np.concatenate([chosen, rng.choice(around, near)]))
    steps = np.rint(centroids(len(grid))[chosen] * np.float32(SCALE))
    return _pack(steps, grid.reshape(-1)[chosen].astype(np.float32))


def _grown(grid: np.ndarray) -> np.ndarray:
    """Occupied voxels and their neighbours; scipy's dilation takes as long as all the rest."""
    for axis in range(3):
        old = np.moveaxis(grid, axis, 0)
        new = old.copy()
        new[1:] |= old[:-1]
        new[:-1] |= old[1:]
        grid = np.moveaxis(new, 0, axis)
    return grid


@compiled
def _pack(steps, labels):
    """Whole steps (n, 3) and labels (n,) in [0, 1] -> (n, 4) int16, in one pass."""
    out = np.empty((len(labels), 4), np.int16)
    for i in range(len(labels)):
        for a in range(3):
            out[i, a] = np.int16(steps[i, a])
        out[i, 3] = np.int16(np.rint(labels[i] * np.float32(SCALE)))
    return out


def dequantize(stored: Tensor) -> tuple[Tensor, Tensor]:
    """(..., 4) int16 -> coordinates (..., 3) in [-1, 1] and labels (...) in [0, 1], float32."""
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
