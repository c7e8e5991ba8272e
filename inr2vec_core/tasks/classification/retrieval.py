"""Nearest neighbors in embedding space (paper, Section 4, Table 1).

Why this search exists beside those in `ops`: it is exact in a thousand dimensions, in blocks of
memory, and leaves each row out of its own neighbors. scikit-learn does all of that.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.neighbors import NearestNeighbors

from inr2vec_core.errors import InputError


def nearest(x: np.ndarray, k: int) -> np.ndarray:
    """The k nearest other rows of each row, nearest first: (n, e) -> (n, k) int64, k < n.

    Exact Euclidean distances, in blocks: memory grows with n, not with its square. Of equally near
    rows any may come first, the same in every run on rows of the same order.

    Raises:
        InputError: there is no other row.
    """
    if k < 1:
        raise InputError(f"{len(x)} embedding(s): at least 2 are needed to find a nearest one")
    # Asked without arguments, it leaves each row itself out, and no duplicate of it in its place.
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(x)
    return search.kneighbors(return_distance=False)


def retrieval_scores(
    x: np.ndarray, labels: np.ndarray, ks: Sequence[int] = (1, 5, 10)
) -> dict[str, float]:
    """How many of the k nearest shapes are of the query's class, the query itself left out.

    hit@k is the share of queries with at least one; the paper's Table 1 calls it mAP@k. mAP@k is
    the mean over queries of the average precision of the first k: the sum over right ranks i of
    the precision among the first i, divided by the number of right shapes there could be, which is
    k or, of a small class, all its others.

    Args: x (n, e), labels (n,), at least two rows. Returns: values in [0, 1] by name. Queries
        without another shape of their class count in hit@k, as 0, and not in mAP@k.
    """
    found = nearest(x, min(max(ks), len(x) - 1))
    right = labels[found] == labels[:, None]
    precision = right.cumsum(1) / np.arange(1, right.shape[1] + 1)
    others = _others(labels)
    scores = {}
    for k in ks:
        possible = np.minimum(others, k)
        average = (precision * right)[:, :k].sum(1) / np.maximum(possible, 1)
        scores[f"hit@{k}"] = float(right[:, :k].any(1).mean())
        scores[f"mAP@{k}"] = float(average[possible > 0].mean()) if possible.any() else 0.0
    return scores


def _others(labels: np.ndarray) -> np.ndarray:
    """How many other rows have each row's label: (n,) -> (n,)."""
    _, number, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return counts[number] - 1
