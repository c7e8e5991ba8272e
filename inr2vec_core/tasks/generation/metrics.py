"""Metrics of generated shapes: how similar a set of shapes is to a set of reference shapes.

Minimum matching distance (MMD), coverage (COV) and the Jensen-Shannon divergence of occupancy (JSD)
are those of Achlioptas et al. 2018 (Learning Representations and Generative Models for 3D Point
Clouds). 1-nearest-neighbor accuracy (1-NNA) is that of Yang et al. 2019 (PointFlow), after
Lopez-Paz & Oquab 2017. MMD, COV and 1-NNA are computed from matrices of distances between shapes
(`pairwise_distances`), by Chamfer distance (CD) and by earth mover's distance (EMD).
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from scipy.spatial import cKDTree

from inr2vec_core.tasks.generation.pairwise_distances import (
    Clouds,
    chamfer_matrix,
    earth_movers_matrix,
)

# The names and units in which papers print the metrics (Yang et al. 2019, Table 1).
_NAMES = {"mmd": "MMD", "coverage": "COV", "1nna": "1-NNA"}
_UNITS = {"MMD-CD": ("MMD-CD x1000", 1000), "MMD-EMD": ("MMD-EMD x100", 100)}


class Reference:
    """Reference shapes, whose distances from one another are computed once.

    Args:
        clouds: (n, 3) clouds, none of them missing.
        n_emd_points: points of each cloud that the earth mover's distance matches.
    """

    def __init__(self, clouds: Sequence[np.ndarray], n_emd_points: int):
        self.clouds = clouds
        self._matrices = {
            "CD": chamfer_matrix,
            "EMD": partial(earth_movers_matrix, n_points=n_emd_points),
        }
        self._within = {name: matrix(clouds, clouds) for name, matrix in self._matrices.items()}

    def scores(self, generated: Clouds) -> dict[str, float]:
        """Compute the metrics of a set of generated shapes.

        Sets of different sizes are cut to the size of the smaller.

        Args:
            generated: (n, 3) clouds; None where a shape could not be reconstructed.

        Returns:
            "MMD-CD x1000" and "MMD-EMD x100" (mean squared and mean distance in units of the
            sphere); "COV-CD", "COV-EMD", "1-NNA-CD" and "1-NNA-EMD" in percent; "JSD x100", which
            is 100 where no shape could be reconstructed; and "found", the percentage of shapes that
            could be.
        """
        n = min(len(generated), len(self.clouds))
        generated, reference = generated[:n], self.clouds[:n]
        out = {}
        for distance, matrix in self._matrices.items():
            within = self._within[distance][:n, :n]
            scores = set_scores(matrix(generated, reference), matrix(generated, generated), within)
            for name, value in scores.items():
                key = f"{_NAMES[name]}-{distance}"
                key, factor = _UNITS.get(key, (key, 100))
                out[key] = factor * value
        found = [cloud for cloud in generated if cloud is not None]
        out["JSD x100"] = 100 * (occupancy_divergence(found, reference) if found else 1.0)
        return out | {"found": 100 * len(found) / n}


def set_scores(
    between: np.ndarray, generated: np.ndarray, reference: np.ndarray
) -> dict[str, float]:
    """Compute the metrics that need distances only.

    Args:
        between: (n, n) distances of generated (rows) to reference shapes (columns).
        generated: (n, n) distances between generated shapes.
        reference: (n, n) distances between reference shapes.

    Returns:
        "mmd" in the unit of the distances, "coverage" and "1nna" in [0, 1].

    Raises:
        ValueError: as `nearest_neighbor_accuracy`.
    """
    return {
        "mmd": minimum_matching_distance(between),
        "coverage": coverage(between),
        "1nna": nearest_neighbor_accuracy(between, generated, reference),
    }


def minimum_matching_distance(between: np.ndarray) -> float:
    """Average the distance of each reference shape to the nearest generated one.

    It is low where every reference shape has a generated one near it; further generated shapes may
    be bad (Achlioptas et al. 2018, Section 3).

    Args:
        between: (g, r) distances of generated to reference shapes.

    Returns:
        The mean distance; infinity where no generated shape could be reconstructed.
    """
    return float(between.min(0).mean())


def coverage(between: np.ndarray) -> float:
    """Compute the share of reference shapes that are the nearest one of some generated shape.

    It is low where the generated shapes lack diversity, and says nothing of their quality
    (Achlioptas et al. 2018, Section 3). All of equally near reference shapes count, so that a
    set with duplicates covers itself.

    Args:
        between: (g, r) distances of generated to reference shapes.

    Returns:
        A share in [0, 1].
    """
    nearest = between.min(1, keepdims=True)
    return float(((between == nearest) & np.isfinite(between)).any(0).mean())


def nearest_neighbor_accuracy(
    between: np.ndarray, generated: np.ndarray, reference: np.ndarray
) -> float:
    """Classify each shape as generated or not by its nearest neighbor, and compute the accuracy.

    It is one half where the sets cannot be distinguished and 1 where they always can (Lopez-Paz &
    Oquab 2017; Yang et al. 2019, Section 5.1). A set and its copy give 0, since the nearest
    neighbor of each shape is its copy. A shape whose nearest neighbors in both sets are equally
    near counts half. A shape that could not be reconstructed counts as classified correctly.

    Args:
        between: (n, n) distances of generated (rows) to reference shapes (columns).
        generated: (n, n) distances between generated shapes; the diagonal is not read.
        reference: (n, n) distances between reference shapes; the diagonal is not read.

    Returns:
        An accuracy in [0, 1].

    Raises:
        ValueError: the sets are of different sizes, so that one half would mean nothing.
    """
    if len(generated) != len(reference):
        raise ValueError(f"{len(generated)} generated and {len(reference)} reference shapes")
    same_set = np.concatenate([_nearest_other(generated), _nearest_other(reference)])
    other_set = np.concatenate([between.min(1), between.min(0)])
    correct = (same_set < other_set) + 0.5 * (same_set == other_set)
    return float(np.where(np.isinf(same_set) & np.isinf(other_set), 1.0, correct).mean())


def _nearest_other(distances: np.ndarray) -> np.ndarray:
    """The least of each row without the diagonal: (n, n) -> (n,); infinite where n is 1."""
    return np.where(np.eye(len(distances), dtype=bool), np.inf, distances).min(1)


def occupancy_divergence(
    a: Sequence[np.ndarray], b: Sequence[np.ndarray], resolution: int = 28
) -> float:
    """Compute the Jensen-Shannon divergence of the space that two sets of clouds occupy.

    It compares the means of the sets, not single shapes (Achlioptas et al. 2018, Section 3): 0
    where the sets fill space alike, 1 where no grid point is near points of both. Each point counts
    for the nearest of the grid's points that lie in the sphere, as in the evaluation code of that
    paper and of PointFlow. There the sphere has radius 1/2; only relative sizes matter.

    Args:
        a: at least one cloud (n, 3) in the unit sphere; n may differ, since each cloud has the same
            weight.
        b: at least one cloud (n, 3).
        resolution: grid points along each axis of [-1, 1]^3, the outermost at -1 and 1.

    Returns:
        The divergence in bits, in [0, 1].
    """
    grid = cKDTree(sphere_grid(resolution))
    p, q = _occupancy(a, grid), _occupancy(b, grid)
    middle = (p + q) / 2
    return (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2


def sphere_grid(resolution: int) -> np.ndarray:
    """The points of a grid over [-1, 1]^3 that lie in the unit sphere: (g, 3)."""
    axis = np.linspace(-1, 1, resolution)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    return grid[np.linalg.norm(grid, axis=1) <= 1]


def _occupancy(clouds: Sequence[np.ndarray], grid: cKDTree) -> np.ndarray:
    """The share of points nearest to each grid point, averaged over clouds: (g,)."""
    total = np.zeros(grid.n)
    for cloud in clouds:
        _, nearest = grid.query(cloud)
        total += np.bincount(nearest, minlength=grid.n) / len(cloud)
    return total / len(clouds)


def _relative_entropy(p: np.ndarray, q: np.ndarray) -> float:
    """Kullback-Leibler divergence in bits; q > 0 wherever p > 0."""
    support = p > 0
    return float((p[support] * np.log2(p[support] / q[support])).sum())
