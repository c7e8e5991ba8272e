"""What pairs of data sets share: the ids of partial clouds, and the columns of a shape's frame."""

from __future__ import annotations

import re

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
