"""The energy distance of two sets of embeddings (Székely 2003)."""

import numpy as np
from scipy.spatial.distance import cdist


def energy_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Compute 2 E|X - Y| - E|X - X'| - E|Y - Y'|, over all pairs, each with itself included.

    It is 0 where the sets are the same, and positive otherwise. Against a fixed set it is, up to a
    factor and a constant, the mean energy score (Gneiting & Raftery 2007), whose expectation is
    least for the true distribution only: samples that are far off and a lack of diversity both
    raise it.

    Args:
        a: (n, e) embeddings.
        b: (m, e) embeddings.

    Returns:
        A distance in the unit of the embeddings.

    >>> energy_distance(np.zeros((1, 2)), np.array([[3.0, 4.0]]))
    10.0
    """
    a, b = (np.asarray(x, np.float64) for x in (a, b))
    within = cdist(a, a).mean() + cdist(b, b).mean()
    return float(2 * cdist(a, b).mean() - within)
