"""The catalog of a data set: which shapes there are and where their geometry is.

No geometry is read here. Only the standard library is imported at the top, because the rule files
import this module at every call of Snakemake. A catalog does not depend on the order in which a
file system names its files.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


@dataclass(frozen=True)
class ShapeRecord:
    """One shape of a data set.

    Attributes:
        shape_id: unique in the data set.
        class_name: the shape's class.
        split: "train", "val" or "test".
        path: the file of its geometry; "" where it is generated.
        row: the row in a file that holds many shapes, or the number of a generated shape; -1 for
            a file that holds one shape.
        complete_path: for a cloud that was taken from another shape, the file of that shape: of the
            complete shape of a partial cloud, or of the mesh that a cloud was drawn on.
    """

    shape_id: str
    class_name: str
    split: str
    path: str
    row: int = -1
    complete_path: str = ""

    @property
    def source_file(self) -> str:
        """Where the shape is read from, for people: the file and, if it has several, the row."""
        if not self.path:
            return f"procedural[{self.row}]"
        return self.path if self.row < 0 else f"{self.path}[{self.row}]"


@dataclass(frozen=True)
class Rejected:
    """A shape that was set aside.

    Attributes:
        shape_id: the shape's id, or its name where it has no class.
        source_file: where it is read from, as `ShapeRecord.source_file`.
        reason: what is wrong with it, and what to do.
    """

    shape_id: str
    source_file: str
    reason: str


class Catalog(NamedTuple):
    """All shapes of a data set.

    Attributes:
        records: the shapes, sorted by id.
        rejected: the shapes that were set aside while the data set was listed.
        ignored: the number of other files in its folders.
    """

    records: list[ShapeRecord]
    rejected: list[Rejected]
    ignored: int


def without_duplicates(
    records: Iterable[ShapeRecord],
) -> tuple[list[ShapeRecord], list[Rejected]]:
    """Keep the first of several shapes with the same id, in the order of path and row.

    Returns:
        The records that were kept, sorted by id, and the others with the reason.
    """
    first, rejected = {}, []
    for record in sorted(records, key=lambda r: (r.shape_id, str(r.path), r.row)):
        kept = first.setdefault(record.shape_id, record)
        if kept is not record:
            reason = f"same name as {kept.source_file}, which is used instead; rename one of them"
            rejected.append(Rejected(record.shape_id, record.source_file, reason))
    return list(first.values()), rejected


REJECTED_COLUMNS = ("shape_id", "source_file", "reason")


def write_rejected(path: str | Path, rejected: Iterable[Rejected]) -> None:
    """Write shapes that were set aside as CSV, with a header."""
    with Path(path).open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(REJECTED_COLUMNS)
        writer.writerows((r.shape_id, r.source_file, r.reason) for r in rejected)


def read_rejected(path: str | Path) -> list[Rejected]:
    """Read shapes that `write_rejected` wrote."""
    with Path(path).open(newline="") as file:
        return [Rejected(**row) for row in csv.DictReader(file)]
