"""Nearest neighbours in embedding space (paper, Section 4, Table 1)."""

from collections.abc import Sequence

import numpy as np
from sklearn.neighbors import NearestNeighbors


def hit_rates(
    x: np.ndarray, labels: np.ndarray, ks: Sequence[int] = (1, 5, 10)
) -> dict[int, float]:
    """Share of queries with one of their class among the k nearest, the query itself left out.

    This hit rate is what the paper's Table 1 calls mAP@k.

    Args: x (n, e), labels (n,), at least two rows. Returns: {k: rate in [0, 1]}.
    """
    k_max = min(max(ks), len(x) - 1)
    # The query is excluded by asking without arguments, so duplicates do not push it out.
    neighbours = NearestNeighbors(n_neighbors=k_max).fit(x).kneighbors(return_distance=False)
    right = labels[neighbours] == labels[:, None]
    return {k: float(right[:, :k].any(1).mean()) for k in ks}
