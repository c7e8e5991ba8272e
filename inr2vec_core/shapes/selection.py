"""Some shapes of many, by seed and id: never by order, shard or how many more there are."""

from collections.abc import Sequence

import numpy as np

from inr2vec_core.utils.seeding import derive_seed


def select(shape_ids: Sequence[str], number: int, seed: int, *names: str) -> np.ndarray:
    """Numbers of so many shapes, drawn by seed and id; a larger number keeps those of a smaller."""
    ranks = [(derive_seed(seed, *names, shape_id), i) for i, shape_id in enumerate(shape_ids)]
    return np.array([i for _, i in sorted(ranks)[:number]], int)


def select_per_class(
    class_names: Sequence[str], shape_ids: Sequence[str], seed: int, most: int, each: int
) -> np.ndarray:
    """Numbers of `each` drawn shapes of each class, class by class: at most (most,)."""
    found: dict[str, list[int]] = {name: [] for name in sorted(set(class_names))}
    for i in select(shape_ids, len(shape_ids), seed, "figure"):
        if len(found[class_names[i]]) < each:
            found[class_names[i]].append(i)
    return np.array([i for rows in found.values() for i in rows][:most], int)
