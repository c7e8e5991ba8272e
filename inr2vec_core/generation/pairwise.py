"""Distances between every two shapes of two sets, as `metrics.py` takes them.

A shape is a cloud (n, 3) in units of the sphere that shapes fill, or None where a generated one
could not be rebuilt: that is infinitely far from every other.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from ..clouds import farthest_points
from .blocks import Blocks, mean_squared_nearest

Clouds = Sequence[np.ndarray | None]


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
