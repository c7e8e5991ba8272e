"""The catalog of a data set: which shapes there are and where their geometry is.

No geometry is read here. Only the standard library is imported at the top, because the rule files
import this module at every call of Snakemake. A catalog does not depend on the order in which a
file system names its files.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from inr2vec_core.io.copies import copy_id
from inr2vec_core.utils.text import is_utf8, printable

_VARIABLE = re.compile(r"<[a-z][a-z0-9_]*>")  # Snakemake's "pathvars", such as <results>
MOST_COPIES, TRAINING_INRS = 20, 40_000  # of each training shape; originals and copies in all
LONGEST_CLASS = 200  # bytes; names of files go up to 255, with endings and temporary marks


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
        copies: the number of augmented copies of each training shape; a layout leaves it out.
    """

    records: list[ShapeRecord]
    rejected: list[Rejected]
    ignored: int
    copies: int = 0


def without_bad_names(
    records: Iterable[ShapeRecord],
) -> tuple[list[ShapeRecord], list[Rejected]]:
    """Set aside shapes whose names cannot be in paths, tables and figures.

    Returns:
        The other records in their order, and those set aside with the reason.
    """
    kept, rejected = [], []
    for record in records:
        fault = _fault_of_names(record)
        if fault is None:
            kept.append(record)
        else:
            source = printable(record.source_file)
            rejected.append(Rejected(printable(record.shape_id), source, fault))
    return kept, rejected


def fault_of_path(path: str) -> str | None:
    """Why a path cannot be an input of a job, or None; see `without_bad_names`."""
    if not is_utf8(path):
        return "has a name that is not UTF-8: rename it"
    if printable(path) != path:
        return "has a line break or another control character in its name: rename it"
    if "{" in path or "}" in path:
        return "has a brace in its name, which would stand for a wildcard: rename it"
    if found := _VARIABLE.search(path):
        return f"has {found[0]} in its name, which would stand for another folder: rename it"
    return None


def _fault_of_names(record: ShapeRecord) -> str | None:
    name = record.class_name
    for path in (record.path, record.complete_path):
        if fault := fault_of_path(path):
            return f"{printable(path)} {fault}"
    if fault := fault_of_path(name):
        return f"its class {printable(name)!r} {fault}"
    if not is_utf8(record.shape_id) or printable(record.shape_id) != record.shape_id:
        return "has a name that is not UTF-8, or has a control character in it: rename it"
    if "/" in name or name in (".", ".."):  # from a list of classes; results have folders of them
        return f"its class {name!r} cannot be the name of a folder: rename the class"
    if len(name.encode()) > LONGEST_CLASS:
        return f"its class {name!r} has a name of more than {LONGEST_CLASS} bytes: rename the class"
    return None


def without_duplicates(
    records: Iterable[ShapeRecord],
) -> tuple[list[ShapeRecord], list[Rejected]]:
    """Keep the first of several shapes with the same id, in the order of path and row.

    Those with bad names are set aside as well, before splits are drawn.

    Returns:
        The records that were kept, sorted by id, and the others with the reason.
    """
    first = {}
    named, rejected = without_bad_names(records)
    for record in sorted(named, key=lambda r: (r.shape_id, str(r.path), r.row)):
        kept = first.setdefault(record.shape_id, record)
        if kept is not record:
            reason = f"same name as {kept.source_file}, which is used instead; rename one of them"
            rejected.append(Rejected(record.shape_id, record.source_file, reason))
    return list(first.values()), rejected


def chosen_copies(records: Iterable[ShapeRecord]) -> int:
    """How many copies of each training shape pay: up to `MOST_COPIES`, fewer of many shapes.

    Args:
        records: the shapes, with their splits.
    """
    n = sum(record.split == "train" for record in records)
    return min(MOST_COPIES, max(0, round(TRAINING_INRS / max(n, 1)) - 1))


def without_names_of_copies(
    records: Sequence[ShapeRecord], copies: int
) -> tuple[list[ShapeRecord], list[Rejected]]:
    """Set aside shapes that have the id which an augmented copy of another shape will get.

    Args:
        records: the shapes, with their splits.
        copies: the number of copies of each training shape.

    Returns:
        The other records in their order, and those set aside with the reason.
    """
    original = {
        copy_id(record.shape_id, copy): record.shape_id
        for record in records
        if record.split == "train"
        for copy in range(1, copies + 1)
    }
    kept, rejected = [], []
    for record in records:
        if record.shape_id in original:
            of = original[record.shape_id]
            reason = f"has the name that an augmented copy of {of} gets: rename it"
            rejected.append(Rejected(record.shape_id, record.source_file, reason))
        else:
            kept.append(record)
    return kept, rejected


REJECTED_COLUMNS = ("shape_id", "source_file", "reason")


def write_rejected_table(path: str | Path, rejected: Iterable[Rejected]) -> None:
    """Write shapes that were set aside as CSV, with a header, for people to read."""
    from inr2vec_core.io.atomic import atomic

    with (
        atomic(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(REJECTED_COLUMNS)
        writer.writerows((r.shape_id, r.source_file, r.reason) for r in rejected)


def write_rejected(path: str | Path, rejected: Iterable[Rejected]) -> None:
    """Write shapes that were set aside as CSV with a checksum, for `read_rejected`."""
    from inr2vec_core.io.sealed import write_csv

    write_csv(path, REJECTED_COLUMNS, ((r.shape_id, r.source_file, r.reason) for r in rejected))


def read_rejected(path: str | Path) -> list[Rejected]:
    """Read shapes that `write_rejected` wrote.

    Raises:
        InputError: the file is missing or damaged.
    """
    from inr2vec_core.io.sealed import read_csv

    return [Rejected(**row) for row in read_csv(path, REJECTED_COLUMNS)]
