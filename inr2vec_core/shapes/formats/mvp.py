"""The MVP completion benchmark (Pan et al. 2021)."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import Catalog, Rejected, ShapeRecord
from inr2vec_core.shapes.formats._files import check_file, existing_folder
from inr2vec_core.shapes.formats._h5_rows import H5RowsFormat, h5_length, read_h5_rows
from inr2vec_core.shapes.pairing import partial_id

if TYPE_CHECKING:
    import h5py
    import numpy as np

    from inr2vec_core.geometry.raw import Cloud, Pair

# In the order of the labels.
CLASSES = (
    "airplane", "cabinet", "car", "chair", "lamp", "sofa", "table", "watercraft", "bed", "bench",
    "bookshelf", "bus", "guitar", "motorbike", "pistol", "skateboard",
)  # fmt: skip
VIEWS = 26  # partial clouds of each complete one, in successive rows
NOVEL = "novel_"  # what the older release calls the columns of half of the classes


class Format(H5RowsFormat):
    """Complete clouds with 26 partial clouds each; ids are `<class>/<split>/<row>`.

    The older release keeps half of the classes in columns of their own (`novel_complete_pcds` and
    so on), whose rows are counted on after the others.
    """

    def catalog(self) -> Catalog:
        """List the complete clouds.

        Clouds whose label names no class, or whose partial clouds have another, are set aside.

        Raises:
            InputError: files are missing, unreadable or not as described; see `split_files`.
        """
        records, rejected = [], []
        for split, complete, partial in split_files(self.root):
            for row, labels in enumerate(_labels(complete, partial)):
                label, name = min(labels), f"{split}/{row:05d}"
                if len(labels) > 1 or label not in range(len(CLASSES)):
                    told = ", ".join(f"{label:g}" for label in sorted(labels))
                    reason = f"its labels are {told}: one of 0 to {len(CLASSES) - 1} is expected"
                    rejected.append(Rejected(name, f"{complete}[{row}]", reason))
                    continue
                class_name = CLASSES[int(label)]
                shape_id = f"{class_name}/{name}"
                records.append(ShapeRecord(shape_id, class_name, split, str(complete), row))
        return Catalog(sorted(records, key=lambda r: r.shape_id), rejected, 0)

    def partial_records(self, records: Sequence[ShapeRecord], views: int) -> Iterator[ShapeRecord]:
        """List the 26 partial clouds of each complete one; `views` is not used."""
        partial = {str(files.complete): str(files.partial) for files in split_files(self.root)}
        for record in records:
            for view in range(VIEWS):
                yield replace(
                    record,
                    shape_id=partial_id(record.shape_id, view),
                    path=partial[record.path],
                    row=VIEWS * record.row + view,
                    complete_path=record.path,
                )

    def read_rows(self, path: str, records: Sequence[ShapeRecord]) -> Iterable[Cloud | Pair]:
        """Read complete clouds, or partial ones with their complete ones.

        Raises:
            InputError: a file is unreadable or has too few rows.
        """
        from inr2vec_core.geometry.raw import Cloud, Pair

        rows, complete_path = [record.row for record in records], records[0].complete_path
        if not complete_path:
            return map(Cloud, _read_joined(path, rows, "complete_pcds"))
        complete = _read_joined(complete_path, [row // VIEWS for row in rows], "complete_pcds")
        partial = _read_joined(path, rows, "incomplete_pcds")
        return (Pair(Cloud(a), Cloud(b)) for a, b in zip(partial, complete, strict=True))


def _read_joined(path: str, rows: Sequence[int], column: str) -> np.ndarray:
    """Read rows of an array and of the one with the novel classes after it."""
    import numpy as np

    rows = np.asarray(rows, np.int64)
    first = h5_length(path, column)
    novel = rows >= first
    if not novel.any():
        return read_h5_rows(path, rows, column)
    found = read_h5_rows(path, rows[novel] - first, NOVEL + column)
    out = np.empty((len(rows), *found.shape[1:]), found.dtype)
    out[novel] = found
    out[~novel] = read_h5_rows(path, rows[~novel], column)
    return out


class SplitFiles(NamedTuple):
    """The files of one split; the newer release has both kinds of clouds in one file."""

    split: str
    complete: Path
    partial: Path


def split_files(root: str | Path) -> list[SplitFiles]:
    """The files: `MVP_{Train,Test}_CP.h5`, or `mvp_{train,test}_input.h5` and `..._gt_*pts.h5`.

    Of complete clouds of several sizes the smallest are taken.

    Raises:
        InputError: there are none, or partial clouds are missing.
    """
    root, found = existing_folder(root), []
    for split in ("train", "test"):
        both = root / f"MVP_{split.title()}_CP.h5"
        complete = sorted(root.glob(f"mvp_{split}_gt_*pts.h5"), key=lambda p: (len(p.name), p))
        partial = root / f"mvp_{split}_input.h5"
        if os.path.lexists(both):  # a link to nothing is told below
            found.append(SplitFiles(split, both, both))
        elif complete:
            if not partial.exists():
                raise InputError(f"{partial} is missing: it has the partial clouds")
            found.append(SplitFiles(split, complete[0], partial))
    if not found:
        raise InputError(f"{root} holds no MVP_Train_CP.h5 or mvp_train_gt_2048pts.h5: check it")
    for files in found:
        check_file(files.complete)
        check_file(files.partial)
    return found


def _labels(complete: Path, partial: Path) -> list[set[float]]:
    """The labels that each complete cloud and its partial ones have, one where all is well."""
    from inr2vec_core.io.hdf5 import open_source

    with open_source(complete) as h5, open_source(partial) as input_h5:
        files = [h5] if complete == partial else [h5, input_h5]
        joined = ["", NOVEL] if any(_has_novel(file) for file in files) else [""]
        return [labels for prefix in joined for labels in _labels_of(complete, files, prefix)]


def _has_novel(file: h5py.File) -> bool:
    return any(name.startswith(NOVEL) for name in file)


def _labels_of(complete: Path, files: Sequence[h5py.File], prefix: str) -> list[set[float]]:
    """The labels of the clouds whose columns have this prefix.

    Args:
        complete: the file of the complete clouds, for messages.
        files: the open file of complete clouds and that of partial ones, or one that has both.
        prefix: "" or `NOVEL`.
    """
    n_complete = len(files[0][f"{prefix}complete_pcds"])
    n_partial = len(files[-1][f"{prefix}incomplete_pcds"])
    found: list[set[float]] = [set() for _ in range(n_complete)]
    columns = [file[f"{prefix}labels"] for file in files if f"{prefix}labels" in file]
    labels = [column[:].reshape(-1).astype(float).tolist() for column in columns]
    numbers = {len(each) for each in labels}
    if n_partial != VIEWS * n_complete or not numbers <= {n_complete, n_partial} or not labels:
        raise InputError(
            f"{complete}: {n_complete} {prefix}complete_pcds, {n_partial} {prefix}incomplete_pcds "
            f"and {' and '.join(map(str, numbers)) or 'no'} {prefix}labels; expected {VIEWS} "
            "partial clouds for each complete one, and a label each"
        )
    for each in labels:
        for row, label in enumerate(each):
            # No two numbers NaN are equal, but one object is itself.
            found[row * n_complete // len(each)].add(math.nan if math.isnan(label) else label)
    return found
