"""How far apart two sets of embeddings are as distributions (energy distance, Székely 2003)."""

import numpy as np
from scipy.spatial.distance import cdist


def energy_distance(a: np.ndarray, b: np.ndarray) -> float:
    """2 E|X - Y| - E|X - X'| - E|Y - Y'| over all pairs, each with itself included.

    0 where the sets are the same, positive otherwise. Against a fixed set it is, but for a factor
    and a constant, the mean energy score (Gneiting & Raftery 2007), whose expectation only the true
    distribution makes least: it punishes samples that are far off, and too little variety.

    Args: a (n, e), b (m, e). Returns: a distance in their units.

    >>> energy_distance(np.zeros((1, 2)), np.array([[3.0, 4.0]]))
    10.0
    """
    a, b = (np.asarray(x, np.float64) for x in (a, b))
    within = cdist(a, a).mean() + cdist(b, b).mean()
    return float(2 * cdist(a, b).mean() - within)
