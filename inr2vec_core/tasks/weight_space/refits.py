"""Shapes that are fitted several times, with other queries in another order."""

from collections.abc import Sequence

import numpy as np

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.selection import select


def choose_shapes(
    shape_ids: Sequence[str],
    class_names: Sequence[str],
    splits: Sequence[str],
    class_name: str | None,
    number: int,
    seed: int,
) -> np.ndarray:
    """Draw shapes of the test split, of all splits where there is none.

    Args:
        shape_ids: (n,) ids of all shapes.
        class_names: (n,) their classes.
        splits: (n,) their splits.
        class_name: the class to draw from; None for all.
        number: how many.
        seed: the run's seed.

    Returns:
        At most `number` rows, in the order of the draw.

    Raises:
        InputError: there is no shape of this class.
    """
    classes, parts = np.array(class_names), np.array(splits)
    wanted = parts == "test" if (parts == "test").any() else np.ones(len(parts), bool)
    if class_name is not None:
        wanted &= classes == class_name
    rows = np.flatnonzero(wanted)
    if not len(rows):
        raise InputError(
            f"the data set has no shape of class {class_name!r} to fit again, but "
            f"{', '.join(sorted(set(classes)))}: name one of these, or null for all"
        )
    return rows[select([shape_ids[i] for i in rows], number, seed, "refits")]


def refit_id(shape_id: str, fit: int) -> str:
    """The name of one fit's random streams, by which its queries differ from other fits'."""
    return f"{shape_id}#{fit}"
