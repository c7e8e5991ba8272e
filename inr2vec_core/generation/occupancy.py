"""Whether two sets of clouds fill space alike, as Achlioptas et al. 2018 measure it."""

from collections.abc import Sequence

import numpy as np


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
