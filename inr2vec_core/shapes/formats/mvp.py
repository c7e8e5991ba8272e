"""The MVP completion benchmark (Pan et al. 2021)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import Catalog, Rejected, ShapeRecord
from inr2vec_core.shapes.formats._files import existing_folder, on_one_line
from inr2vec_core.shapes.formats._h5_rows import H5RowsFormat, read_h5_rows
from inr2vec_core.shapes.pairing import partial_id

if TYPE_CHECKING:
    from inr2vec_core.geometry.raw import Cloud, Pair

# In the order of the labels.
CLASSES = (
    "airplane", "cabinet", "car", "chair", "lamp", "sofa", "table", "watercraft", "bed", "bench",
    "bookshelf", "bus", "guitar", "motorbike", "pistol", "skateboard",
)  # fmt: skip
VIEWS = 26  # partial clouds of each complete one, in successive rows


class Format(H5RowsFormat):
    """Complete clouds with 26 partial clouds each; ids are `<class>/<split>/<row>`."""

    def catalog(self) -> Catalog:
        """List the complete clouds.

        Clouds whose label names no class, or whose partial clouds have another, are set aside.

        Raises:
            InputError: files are missing, unreadable or not as described; see `split_files`.
        """
        records, rejected = [], []
        for split, complete, partial in split_files(self.root):
            for row, labels in enumerate(_labels(complete, partial)):
                label, name = int(labels[0]), f"{split}/{row:05d}"
                if len(set(labels)) > 1 or not 0 <= label < len(CLASSES):
                    reason = (
                        f"its labels are {', '.join(map(str, sorted(set(labels))))}: one of 0 to "
                        f"{len(CLASSES) - 1} is expected"
                    )
                    rejected.append(Rejected(name, f"{complete}[{row}]", reason))
                    continue
                shape_id = f"{CLASSES[label]}/{name}"
                records.append(ShapeRecord(shape_id, CLASSES[label], split, str(complete), row))
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
            return map(Cloud, read_h5_rows(path, rows, "complete_pcds"))
        complete = read_h5_rows(complete_path, [row // VIEWS for row in rows], "complete_pcds")
        partial = read_h5_rows(path, rows, "incomplete_pcds")
        return (Pair(Cloud(a), Cloud(b)) for a, b in zip(partial, complete, strict=True))


class SplitFiles(NamedTuple):
    """The files of one split; the newer release has both kinds of clouds in one file."""

    split: str
    complete: Path
    partial: Path


def split_files(root: str | Path) -> list[SplitFiles]:
    """The files: `MVP_{Train,Test}_CP.h5`, or `mvp_{train,test}_{input,gt_2048pts}.h5`.

    Raises:
        InputError: there are none, or partial clouds are missing.
    """
    root, found = existing_folder(root), []
    for split in ("train", "test"):
        both = root / f"MVP_{split.title()}_CP.h5"
        complete, partial = root / f"mvp_{split}_gt_2048pts.h5", root / f"mvp_{split}_input.h5"
        if both.exists():
            found.append(SplitFiles(split, both, both))
        elif complete.exists():
            if not partial.exists():
                raise InputError(f"{partial} is missing: it has the partial clouds")
            found.append(SplitFiles(split, complete, partial))
    if not found:
        raise InputError(f"{root} holds no MVP_Train_CP.h5 or mvp_train_gt_2048pts.h5: check it")
    return found


def _labels(complete: Path, partial: Path) -> list[list[int]]:
    """The label of each complete cloud, or those of all its partial clouds."""
    import h5py

    try:
        with h5py.File(complete, "r") as h5, h5py.File(partial, "r") as input_h5:
            n_complete = len(h5["complete_pcds"])
            n_partial = len(input_h5["incomplete_pcds"])
            labels = h5["labels"][:].reshape(-1).astype(int).tolist()
    except Exception as error:  # h5py raises many kinds of errors on corrupt files
        raise InputError(
            f"{complete} cannot be read ({on_one_line(error)}): download it again"
        ) from error
    each = len(labels) // max(n_complete, 1)
    if n_partial != VIEWS * n_complete or each not in (1, VIEWS) or len(labels) % n_complete:
        raise InputError(
            f"{complete}: {n_complete} complete clouds, {n_partial} partial ones and {len(labels)} "
            f"labels; expected {VIEWS} partial clouds for each complete one, and a label each"
        )
    return [labels[i : i + each] for i in range(0, len(labels), each)]
