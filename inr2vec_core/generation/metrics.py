"""How well generated shapes stand for a reference set, from matrices of distances between shapes.

Definitions of Achlioptas et al. 2018 (minimum matching distance, coverage) and Yang et al. 2019,
PointFlow (1-nearest-neighbour accuracy, after Lopez-Paz & Oquab 2017). Any distance will do; rows
of `between` are generated shapes, columns reference shapes. A generated shape that could not be
rebuilt is infinitely far from all others (`pairwise.py`).
"""

import numpy as np


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
