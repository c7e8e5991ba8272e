"""Whether fits of one shape have one embedding (paper, Appendix K and Fig. 30)."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial.distance import cdist


def distance_matrix(embeddings: np.ndarray) -> np.ndarray:
    """Euclidean distances of all pairs: (n, e) -> (n, n) float64."""
    return cdist(embeddings, embeddings)


def repeatability(distances: np.ndarray, shape_ids: Sequence[str]) -> dict[str, float]:
    """How near embeddings of one shape are to each other, beside those of other shapes.

    Args:
        distances: (n, n) between embeddings.
        shape_ids: (n,) the shape of each; at least two shapes, of at least two fits each.

    Returns:
        "within" and "between", the mean distance of two fits of one shape and of two shapes;
        "within / between", their ratio; "nearest of same shape", the share in [0, 1] of fits whose
        nearest other fit is of the same shape.
    """
    ids = np.asarray(shape_ids)
    same = ids[:, None] == ids[None]
    other_fit = ~np.eye(len(ids), dtype=bool)
    nearest = np.where(other_fit, distances, np.inf).argmin(1)
    within, between = distances[same & other_fit].mean(), distances[~same].mean()
    return {
        "within": float(within),
        "between": float(between),
        "within / between": float(within / between),
        "nearest of same shape": float((ids[nearest] == ids).mean()),
    }
