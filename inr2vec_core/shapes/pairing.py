"""Lists of clouds that come with the shape they are of; as `sources.py`, which see.

The ids of partial clouds are those of their complete ones, then "~" and a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.formats.mvp import MVP_VIEWS, mvp_files
from inr2vec_core.shapes.formats.pairs import _partial_files

# Columns of a manifest: the sphere that a shape was placed in, in the unit of its file.
FRAME = ("center_x", "center_y", "center_z", "scale")


def complete_id(shape_id: str) -> str:
    """The id of the complete shape that a partial cloud is of; a complete shape's own.

    >>> complete_id("chair/train/7~12"), complete_id("chair/train/7")
    ('chair/train/7', 'chair/train/7')
    """
    return re.sub(r"~\d+$", "", shape_id)


def partial_sources(
    reader: str, root: str | Path, sources: Sequence[ShapeRecord], views: int
) -> Iterator[ShapeRecord]:
    """The partial clouds of complete shapes: those that the reader has, or `views` to be made.

    Where they are made each is read from its complete shape; otherwise `whole` says where that is.
    """
    if reader == "mvp":
        partial = {str(files.complete): str(files.partial) for files in mvp_files(root)}
    if reader == "pairs":
        files = {file.shape_id: file.path for file in _partial_files(Path(root))}
    for source in sources:
        for k in range({"mvp": MVP_VIEWS, "pairs": 1}.get(reader, views)):
            view = replace(source, shape_id=f"{source.shape_id}~{k:02d}")
            if reader == "mvp":
                row = MVP_VIEWS * source.row + k
                view = replace(view, path=partial[source.path], row=row, whole=source.path)
            elif reader == "pairs":
                view = replace(view, path=files[source.shape_id], whole=source.path)
            yield view
