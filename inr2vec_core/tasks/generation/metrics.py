"""How much sets of generated shapes are like a set of reference shapes, in the field's figures.

Distances between every two shapes of two sets, as `metrics.py` takes them.

A shape is a cloud (n, 3) in units of the sphere that shapes fill, or None where a generated one
could not be rebuilt: that is infinitely far from every other.

Whether two sets of clouds fill space alike, as Achlioptas et al. 2018 measure it.

How well generated shapes stand for a reference set, from matrices of distances between shapes.

Definitions of Achlioptas et al. 2018 (minimum matching distance, coverage) and Yang et al. 2019,
PointFlow (1-nearest-neighbour accuracy, after Lopez-Paz & Oquab 2017). Any distance will do; rows
of `between` are generated shapes, columns reference shapes. A generated shape that could not be
rebuilt is infinitely far from all others (`pairwise.py`).
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from inr2vec_core.geometry.surface import farthest_points
from inr2vec_core.ops.chamfer_blocks import Blocks, mean_squared_nearest

# Names and units in which the literature prints them (Yang et al. 2019, PointFlow).
_PRINTED = {"mmd": "MMD", "coverage": "COV", "1nna": "1-NNA"}


_UNITS = {"MMD-CD": ("MMD-CD x1000", 1000), "MMD-EMD": ("MMD-EMD x100", 100)}


Clouds = Sequence[np.ndarray | None]


class Reference:
    """Reference shapes, their distances from one another computed once.

    Args:
        clouds: (n, 3) each, none of them missing.
        emd_points: of each cloud, that the earth mover's distance matches.
    """

    def __init__(self, clouds: Sequence[np.ndarray], emd_points: int):
        self.clouds = clouds
        self._matrices = {
            "CD": chamfer_matrix,
            "EMD": partial(earth_movers_matrix, points=emd_points),
        }
        self._within = {name: matrix(clouds, clouds) for name, matrix in self._matrices.items()}

    def scores(self, generated: Clouds) -> dict[str, float]:
        """Figures of a set of generated shapes.

        Where the sets' sizes differ, as many shapes of each as the smaller has are compared.

        Returns:
            "MMD-CD x1000" and "MMD-EMD x100" (mean squared and mean distance in units of the
            sphere); "COV-CD", "COV-EMD", "1-NNA-CD", "1-NNA-EMD" and "found", how many could be
            rebuilt, in percent; "JSD x100", 100 where no shape could be.
        """
        n = min(len(generated), len(self.clouds))
        generated, reference = generated[:n], self.clouds[:n]
        out = {}
        for distance, matrix in self._matrices.items():
            within = self._within[distance][:n, :n]
            scores = set_scores(matrix(generated, reference), matrix(generated, generated), within)
            for name, value in scores.items():
                key = f"{_PRINTED[name]}-{distance}"
                key, factor = _UNITS.get(key, (key, 100))
                out[key] = factor * value
        found = [cloud for cloud in generated if cloud is not None]
        out["JSD x100"] = 100 * (occupancy_divergence(found, reference) if found else 1.0)
        return out | {"found": 100 * len(found) / n}


def chamfer_matrix(a: Clouds, b: Clouds) -> np.ndarray:
    """Chamfer distances (`metrics.chamfer_distance`): clouds of any size -> (len(a), len(b)).

    A set with itself, the same object twice, takes half of the time. Computed in float32.
    """

    def distance(one: Blocks, other: Blocks) -> float:
        return mean_squared_nearest(one, other) + mean_squared_nearest(other, one)

    return _matrix(a, b, Blocks.of, distance)


def earth_movers_matrix(a: Clouds, b: Clouds, points: int = 256) -> np.ndarray:
    """Earth mover's distances (Fan et al. 2017): -> (len(a), len(b)).

    The mean distance, not squared, between points that are matched one to one so that it is least.
    Exact, but of so many points of each cloud (`thinned`) as can be matched in reasonable time.
    """

    def distance(one: np.ndarray, other: np.ndarray) -> float:
        lengths = cdist(one, other)
        return float(lengths[linear_sum_assignment(lengths)].mean())

    return _matrix(a, b, lambda cloud: thinned(cloud, points), distance)


def thinned(cloud: np.ndarray, n: int) -> np.ndarray:
    """So many points (n, 3) float64 of a cloud, far from one another, the same in each run.

    A cloud of fewer different points gives all of them, some of them again and again.
    """
    different = np.unique(np.asarray(cloud, np.float64), axis=0)
    if len(different) < n:
        return different[np.arange(n) % len(different)]
    return farthest_points(different, n, np.random.default_rng(0))


def _matrix(
    a: Clouds, b: Clouds, prepare: Callable[[np.ndarray], Any], distance: Callable[..., float]
) -> np.ndarray:
    same = a is b
    a = [None if cloud is None else prepare(cloud) for cloud in a]
    b = a if same else [None if cloud is None else prepare(cloud) for cloud in b]
    out = np.full((len(a), len(b)), np.inf)
    for i, one in enumerate(a):
        for j, other in enumerate(b):
            if one is not None and other is not None:
                out[i, j] = out[j, i] if same and j < i else distance(one, other)
    return out


def occupancy_divergence(
    a: Sequence[np.ndarray], b: Sequence[np.ndarray], resolution: int = 28
) -> float:
    """Jensen-Shannon divergence of where the points of two sets of clouds lie, in bits: in [0, 1].

    0 where the sets fill the cells of a grid alike, 1 where no cell has points of both. It tells
    nothing of single shapes: the sets' means are compared.

    Args:
        a, b: clouds (n, 3), n may differ, for each cloud weighs the same. At least one each.
        resolution: cells along each axis of [-1, 1]^3; points outside belong to its border.
    """
    p, q = _shares(a, resolution), _shares(b, resolution)
    middle = (p + q) / 2
    return (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2


def _shares(clouds: Sequence[np.ndarray], resolution: int) -> np.ndarray:
    """The share of points in each cell, averaged over clouds: (resolution^3,)."""
    total = np.zeros(resolution**3)
    for cloud in clouds:
        steps = np.floor((np.asarray(cloud, np.float64) + 1) * (resolution / 2)).astype(np.int64)
        cells = np.ravel_multi_index(steps.clip(0, resolution - 1).T, (resolution,) * 3)
        total += np.bincount(cells, minlength=len(total)) / len(cloud)
    return total / len(clouds)


def _relative_entropy(p: np.ndarray, q: np.ndarray) -> float:
    """Kullback-Leibler divergence in bits; q > 0 wherever p > 0."""
    some = p > 0
    return float((p[some] * np.log2(p[some] / q[some])).sum())


def minimum_matching_distance(between: np.ndarray) -> float:
    """Mean over reference shapes of the distance to the nearest generated one, in its unit.

    Low where every reference shape has a generated one near it; says nothing of bad ones beside.

    Args: between (g, r). Returns: infinity where no generated shape could be rebuilt.
    """
    return float(between.min(0).mean())


def coverage(between: np.ndarray) -> float:
    """Share of reference shapes that are the nearest one of some generated shape: in [0, 1].

    Low where the generated shapes lack variety; says nothing of their quality. Of equally near
    reference shapes all count, so that a set with duplicates covers itself.

    Args: between (g, r).
    """
    nearest = between.min(1, keepdims=True)
    return float(((between == nearest) & np.isfinite(between)).any(0).mean())


def nearest_neighbour_accuracy(
    between: np.ndarray, generated: np.ndarray, reference: np.ndarray
) -> float:
    """How well the nearest other shape tells whether a shape was generated: in [0, 1].

    One half where the sets cannot be told apart, 1 where they can; a set and its copy give 0, for
    each shape's nearest is the copy. Where a shape of either set is equally near, it counts half.
    A shape that could not be rebuilt counts as told.

    Args: between (n, n), generated (n, n) and reference (n, n); their diagonals are not read.

    Raises:
        ValueError: the sets have not the same size, so that one half would mean nothing.
    """
    if len(generated) != len(reference):
        raise ValueError(f"{len(generated)} generated and {len(reference)} reference shapes")
    own = np.concatenate([_to_nearest_other(generated), _to_nearest_other(reference)])
    other = np.concatenate([between.min(1), between.min(0)])
    told = (own < other) + 0.5 * (own == other)
    return float(np.where(np.isinf(own) & np.isinf(other), 1.0, told).mean())


def set_scores(
    between: np.ndarray, generated: np.ndarray, reference: np.ndarray
) -> dict[str, float]:
    """The three by name: mmd, coverage, 1nna; arguments and errors as above."""
    return {
        "mmd": minimum_matching_distance(between),
        "coverage": coverage(between),
        "1nna": nearest_neighbour_accuracy(between, generated, reference),
    }


def _to_nearest_other(distances: np.ndarray) -> np.ndarray:
    """The least of each row, the diagonal left out: (n, n) -> (n,); infinite where n is 1."""
    return np.where(np.eye(len(distances), dtype=bool), np.inf, distances).min(1)
