"""Distances between clouds."""

import numpy as np
from scipy.spatial import cKDTree


def chamfer_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Chamfer distance (Fan et al. 2017): mean squared nearest distance, summed both ways.

    Args: a (n, 3), b (m, 3), in the same units; the result is in their square.

    >>> chamfer_distance(np.zeros((1, 3)), np.array([[3.0, 4.0, 0.0]]))
    50.0
    """
    to_b, _ = cKDTree(b).query(a)
    to_a, _ = cKDTree(a).query(b)
    return float(np.mean(to_b**2) + np.mean(to_a**2))
