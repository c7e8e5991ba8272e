"""Where shapes come from: the list of a data set's shapes, without reading any geometry.

Only the standard library is imported at the top, for the Snakefile imports this module at every
call. Whatever the order in which a file system gives its names, the lists are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from inr2vec_core.errors import InputError


@dataclass(frozen=True)
class ShapeRecord:
    """One shape of a data set and where its geometry is.

    `path` is the file ("" for procedural shapes). `row` is the row in an h5 file, the index of a
    procedural shape, -1 for a file that holds one shape. `whole` is the file of the shape that a
    cloud is a part of, or was drawn on, if that is another or another of its arrays.
    """

    shape_id: str
    class_name: str
    split: str
    path: str
    row: int = -1
    whole: str = ""


@dataclass(frozen=True)
class Rejected:
    """A shape set aside, where it comes from and why."""

    shape_id: str
    source: str
    reason: str


class Catalog(NamedTuple):
    """What a data set holds: shapes sorted by id, shapes set aside, number of other files."""

    sources: list[ShapeRecord]
    rejected: list[Rejected]
    ignored: int


def existing_folder(root: str | Path) -> Path:
    """The data set's root, which must be there.

    Raises:
        InputError: it is not, or is no folder.
    """
    root = Path(root)
    if not root.is_dir():
        fault = "is not a folder" if root.exists() else "does not exist"
        raise InputError(f"{root} {fault}: set the data set's root to the folder of its shapes")
    return root


def _set_duplicates_aside(
    sources: Sequence[ShapeRecord],
) -> tuple[list[ShapeRecord], list[Rejected]]:
    """Of shapes with the same id the first stays, in order of path and row."""
    first, rejected = {}, []
    for source in sorted(sources, key=lambda s: (s.shape_id, str(s.path), s.row)):
        kept = first.setdefault(source.shape_id, source)
        if kept is not source:
            reason = f"same name as {_place(kept)}, which is used instead; rename one of them"
            rejected.append(Rejected(source.shape_id, _place(source), reason))
    return list(first.values()), rejected


def _place(source: ShapeRecord) -> str:
    return source.path if source.row < 0 else f"{source.path}[{source.row}]"
