"""Distances between every two shapes of two sets of clouds.

A shape is a cloud (n, 3) in units of the sphere that shapes fill. It is None where a generated
shape could not be reconstructed; its distance to every other shape is infinite.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from inr2vec_core.geometry.surface import farthest_points
from inr2vec_core.ops.chamfer_blocks import Blocks, mean_squared_nearest

Clouds = Sequence[np.ndarray | None]


def chamfer_matrix(a: Clouds, b: Clouds) -> np.ndarray:
    """Compute Chamfer distances, as `ops.chamfer.chamfer_distance`, in float32.

    A set with itself (the same object twice) takes half of the time.

    Args:
        a: clouds of any size.
        b: clouds of any size.

    Returns:
        (len(a), len(b)) distances, in squared units.
    """

    def distance(one: Blocks, other: Blocks) -> float:
        return mean_squared_nearest(one, other) + mean_squared_nearest(other, one)

    return _pairwise(a, b, Blocks.of, distance)


def earth_movers_matrix(a: Clouds, b: Clouds, n_points: int = 256) -> np.ndarray:
    """Compute earth mover's distances (Fan et al. 2017).

    The distance is the mean length, not squared, of the cheapest one-to-one matching of points. It
    is exact, but of `n_points` points of each cloud (`evenly_spread`), since the time of the
    matching grows with their cube.

    Args:
        a: clouds of any size.
        b: clouds of any size.
        n_points: points of each cloud that are matched.

    Returns:
        (len(a), len(b)) distances.
    """

    def distance(one: np.ndarray, other: np.ndarray) -> float:
        lengths = cdist(one, other)
        return float(lengths[linear_sum_assignment(lengths)].mean())

    return _pairwise(a, b, lambda cloud: evenly_spread(cloud, n_points), distance)


def evenly_spread(cloud: np.ndarray, n_points: int) -> np.ndarray:
    """Select points far from one another, the same in each run.

    Args:
        cloud: (n, 3) points in any order.
        n_points: how many points to select.

    Returns:
        (n_points, 3) float64. A cloud of fewer different points gives all of them, repeated.
    """
    different = np.unique(np.asarray(cloud, np.float64), axis=0)
    if len(different) < n_points:
        return different[np.arange(n_points) % len(different)]
    return farthest_points(different, n_points, np.random.default_rng(0))


def _pairwise(
    a: Clouds, b: Clouds, prepare: Callable[[np.ndarray], Any], distance: Callable[..., float]
) -> np.ndarray:
    symmetric = a is b
    a = [None if cloud is None else prepare(cloud) for cloud in a]
    b = a if symmetric else [None if cloud is None else prepare(cloud) for cloud in b]
    out = np.full((len(a), len(b)), np.inf)
    for i, one in enumerate(a):
        for j, other in enumerate(b):
            if one is not None and other is not None:
                out[i, j] = out[j, i] if symmetric and j < i else distance(one, other)
    return out
