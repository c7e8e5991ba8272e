"""Some shapes of many, by seed and id: never by order, shard or how many more there are."""

from collections.abc import Sequence

import numpy as np

from inr2vec_core.utils.seeding import derive_seed


def select(shape_ids: Sequence[str], number: int, seed: int, *names: str) -> np.ndarray:
    """Draw some shapes by seed and id; a larger draw contains every smaller one.

    Args:
        shape_ids: the ids of all shapes.
        number: how many to draw.
        seed: the run's seed.
        *names: what the shapes are drawn for, so that different draws are independent.

    Returns:
        (min(number, len(shape_ids)),) int64, indices of the drawn shapes in the order of the draw.
    """
    ranks = [(derive_seed(seed, *names, shape_id), i) for i, shape_id in enumerate(shape_ids)]
    return np.array([i for _, i in sorted(ranks)[:number]], int)


def select_per_class(
    class_names: Sequence[str], shape_ids: Sequence[str], seed: int, most: int, each: int
) -> np.ndarray:
    """Draw some shapes of each class.

    Args:
        class_names: the class of each shape.
        shape_ids: the id of each shape.
        seed: the run's seed.
        most: the largest number of shapes.
        each: the number of shapes of each class, where there are so many.

    Returns:
        (n,) int64, n <= `most`, indices of the drawn shapes, class by class.
    """
    found: dict[str, list[int]] = {name: [] for name in sorted(set(class_names))}
    for i in select(shape_ids, len(shape_ids), seed, "figure"):
        if len(found[class_names[i]]) < each:
            found[class_names[i]].append(i)
    return np.array([i for rows in found.values() for i in rows][:most], int)


def select_pairs(
    labels: Sequence[int], shape_ids: Sequence[str], seed: int, number: int, searched: int
) -> np.ndarray:
    """Select pairs to interpolate between: half within a class, half between classes.

    Args:
        labels: (n,) classes of the shapes.
        shape_ids: (n,) ids of the shapes.
        seed: the seed of the draw.
        number: at most so many pairs, no shape in two of them.
        searched: among how many drawn shapes the pairs are searched.

    Returns:
        (pairs, 2) numbers of shapes. Where no pair is found, the first and last drawn shape.
    """
    order = select(shape_ids, searched, seed, "interpolation")
    found: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    used: set[int] = set()
    for n, a in enumerate(order):
        for b in order[n + 1 :]:
            same = bool(labels[a] == labels[b])
            if len(found[same]) < number // 2 and not used & {a, b}:
                found[same].append((a, b))
                used |= {a, b}
    return np.array(found[True] + found[False] or [(order[0], order[-1])], int)
