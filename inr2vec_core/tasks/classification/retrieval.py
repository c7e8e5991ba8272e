"""Retrieval by nearest neighbors in embedding space (paper, Section 4, Table 1).

Why this search exists beside those in `ops`: it is exact in a thousand dimensions, in blocks of
memory, and leaves each row out of its own neighbors. scikit-learn does all of that.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.neighbors import NearestNeighbors

from inr2vec_core.errors import InputError


def nearest_neighbors(x: np.ndarray, k: int) -> np.ndarray:
    """Find the nearest other rows of each row, by exact Euclidean distance.

    Distances are computed in blocks, so that memory grows with n, not with its square. The order of
    equally near rows is the same in each run.

    Args:
        x: (n, e) embeddings.
        k: the number of neighbors, less than n.

    Returns:
        (n, k) int64 numbers of rows, nearest first.

    Raises:
        InputError: there is no other row.
    """
    if k < 1:
        raise InputError(f"{len(x)} embedding(s): at least 2 are needed to find a nearest one")
    # Without arguments, kneighbors leaves out the row itself, not a duplicate in its place.
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(x)
    return search.kneighbors(return_distance=False)


def retrieval_scores(
    x: np.ndarray, labels: np.ndarray, ks: Sequence[int] = (1, 5, 10)
) -> dict[str, float]:
    """Compute how many of the k nearest shapes are of the query's class, for each shape as query.

    hit@k is the share of queries with at least one such shape; the paper's Table 1 calls it mAP@k.
    mAP@k is the mean average precision of the first k: the sum over ranks i of shapes of the
    query's class of the precision among the first i, divided by the largest possible number of such
    shapes, which is k or, for a small class, all its other shapes.

    Args:
        x: (n, e) embeddings, n > 1.
        labels: (n,) numbers of classes.
        ks: the numbers of nearest shapes.

    Returns:
        "hit@k" and "mAP@k" for each k, in [0, 1]. Queries without another shape of their class
        count in hit@k, as 0, and not in mAP@k.
    """
    neighbors = nearest_neighbors(x, min(max(ks), len(x) - 1))
    correct = labels[neighbors] == labels[:, None]
    precision = correct.cumsum(1) / np.arange(1, correct.shape[1] + 1)
    others = _others_of_class(labels)
    scores = {}
    for k in ks:
        possible = np.minimum(others, k)
        average = (precision * correct)[:, :k].sum(1) / np.maximum(possible, 1)
        scores[f"hit@{k}"] = float(correct[:, :k].any(1).mean())
        scores[f"mAP@{k}"] = float(average[possible > 0].mean()) if possible.any() else 0.0
    return scores


def _others_of_class(labels: np.ndarray) -> np.ndarray:
    """The number of other rows with each row's label: (n,) -> (n,)."""
    _, number, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return counts[number] - 1
