"""Which rows of a data set are a shape and its augmented copies, told by their ids.

Only the standard library is imported at the top, as `shapes.catalog` asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def copy_id(shape_id: str, copy: int) -> str:
    """The id of an augmented copy of a shape, numbered from 1 on; 0 is the shape itself."""
    return f"{shape_id}@{copy}" if copy else shape_id


def original_ids(shape_id: Sequence[str]) -> list[str]:
    """The shape that each id is of: itself, or the one that it is a copy of.

    Args:
        shape_id: (n,) ids. A copy whose original is not among them counts as a shape.
    """
    known = set(shape_id)
    split = [name.rpartition("@") for name in shape_id]
    return [
        original if number.isdecimal() and original in known else name
        for name, (original, _, number) in zip(shape_id, split, strict=True)
    ]


class DrawnCopies:
    """Draws one row of each shape: its own, or that of one of its copies.

    What is drawn does not depend on the order of the rows.

    Args:
        shape_id: (n,) ids of shapes and copies.
    """

    def __init__(self, shape_id: Sequence[str]):
        rows: dict[str, list[int]] = {}
        for _, original, row in sorted(
            zip(shape_id, original_ids(shape_id), range(len(shape_id)), strict=True)
        ):
            rows.setdefault(original, []).append(row)
        self._rows = [rows[original] for original in sorted(rows)]

    def __len__(self) -> int:
        """The number of shapes."""
        return len(self._rows)

    def draw(self, rng: np.random.Generator) -> list[int]:
        """One row of each shape, all of a shape's rows equally likely.

        Args:
            rng: the random stream.
        """
        chosen = rng.random(len(self._rows))
        return [rows[int(u * len(rows))] for rows, u in zip(self._rows, chosen, strict=True)]
