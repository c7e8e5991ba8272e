"""Clouds of ShapeNet Part, whose parts have numbers, in both of its layouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inr2vec_core.errors import BadShape

if TYPE_CHECKING:
    import numpy as np

    from inr2vec_core.geometry.raw import Cloud

MOST = 32_767  # shards store parts as int16


def labeled_cloud(points: np.ndarray, numbers: np.ndarray) -> Cloud:
    """Make a cloud whose parts are named by the text of their numbers.

    Args:
        points: (P, 3), any unit.
        numbers: (P,) integers, or floats that are whole: the part of each point.

    Raises:
        BadShape: a number is not whole, negative, or above 32,767.
    """
    import numpy as np

    from inr2vec_core.geometry.raw import Cloud

    for wrong, reason in (
        (numbers != np.round(numbers), "is no whole number"),  # NaN is not itself
        (numbers < 0, "is negative: each point needs the number of a part, from 0"),
        (numbers > MOST, f"is above {MOST:,}: is it the column of labels?"),
    ):
        if wrong.any():
            first = int(wrong.argmax())
            raise BadShape(
                f"the label {numbers[first]:g} of point {first + 1} {reason} "
                f"({wrong.sum()} of {len(numbers)} points): correct the labels"
            )
    parts, index = np.unique(numbers.astype(np.int64), return_inverse=True)
    return Cloud(points, index.reshape(-1), tuple(map(str, parts.tolist())))
