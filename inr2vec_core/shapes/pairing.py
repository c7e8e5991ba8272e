"""What pairs of data sets share: the ids of partial clouds, and the columns of a shape's frame."""

from __future__ import annotations

import re
from collections.abc import Container

# Columns of a manifest: the sphere that a shape was placed in, in the unit of its file.
FRAME = ("center_x", "center_y", "center_z", "scale")


def partial_id(shape_id: str, view: int) -> str:
    """The id of a partial cloud: the complete shape's, then "~" and the number of the view.

    >>> partial_id("chair/train/7", 12)
    'chair/train/7~12'
    """
    return f"{shape_id}~{view:02d}"


def complete_id(shape_id: str) -> str:
    """The id of the complete shape of a partial cloud; a complete shape's own id is unchanged.

    >>> complete_id("chair/train/7~12"), complete_id("chair/train/7")
    ('chair/train/7', 'chair/train/7')
    """
    return re.sub(r"~\d+$", "", shape_id)


def counterpart(shape_id: str, others: Container[str], partial: bool) -> str:
    """The id of a shape's counterpart in another data set.

    A complete shape may have a name like that of a partial one, and must not be taken for it.

    Args:
        shape_id: the shape's id.
        others: the ids of the other data set.
        partial: whether the shape is of a data set of partial clouds.

    Returns:
        Its complete shape's id or its own, of those in `others` the one that is meant first.

    >>> counterpart("7~1", {"7", "7~1"}, False), counterpart("7~1", {"7", "7~1"}, True)
    ('7~1', '7')
    """
    names = [complete_id(shape_id), shape_id]
    names = names if partial else names[::-1]
    return next((name for name in names if name in others), names[0])
