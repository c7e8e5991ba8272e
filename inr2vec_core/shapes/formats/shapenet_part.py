"""ShapeNet Part (Yi et al. 2016) as text files with normals.

The data set is called shapenetcore_partanno_segmentation_benchmark_v0_normal.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from inr2vec_core.errors import InputError
from inr2vec_core.io.file_errors import SOURCE, reading
from inr2vec_core.shapes.catalog import Catalog, Rejected, ShapeRecord
from inr2vec_core.shapes.formats._base import ShapeFormat
from inr2vec_core.shapes.formats._files import check_file, existing_folder, read_lines
from inr2vec_core.shapes.formats._part_numbers import labeled_cloud
from inr2vec_core.shapes.splits import SPLITS
from inr2vec_core.utils.text import decode

if TYPE_CHECKING:
    from inr2vec_core.geometry.raw import Cloud

CATEGORIES = "synsetoffset2category.txt"
COLUMNS = ("x", "y", "z", "nx", "ny", "nz", "label")  # of a shape's file


class Format(ShapeFormat):
    """Clouds `<folder>/<name>.txt` with the part of each point; ids are `<class>/<name>`.

    `synsetoffset2category.txt` names the classes and their folders, and
    `train_test_split/shuffled_{train,val,test}_file_list.json` the shapes of each split.
    """

    has_parts: ClassVar[bool] = True

    def catalog(self) -> Catalog:
        """List the shapes that the lists of the splits name.

        Entries that name no shape are set aside, and those of a shape that an earlier list (train,
        val, test) has. Shapes in no list are ignored.

        Raises:
            InputError: one of these files is missing or not as described, or no shape that is
                listed exists.
        """
        root = existing_folder(self.root)
        classes = _categories(root)
        files = _shape_files(root, classes)
        records: dict[tuple[str, str], ShapeRecord] = {}
        rejected = []
        for split in SPLITS:
            names = _present(root / "train_test_split" / f"shuffled_{split}_file_list.json")
            for entry in _entries(names):
                folder, _, name = entry.removeprefix("shape_data/").partition("/")
                shape_id = f"{classes.get(folder, folder)}/{name}"
                path = str(root / folder / f"{name}.txt")
                if (fault := _fault(folder, name, classes, files, records)) is None:
                    records[folder, name] = ShapeRecord(shape_id, classes[folder], split, path)
                else:
                    rejected.append(Rejected(shape_id, path, f"{names} names {entry!r}, {fault}"))
        if not records:
            raise InputError(
                f"{root} holds none of the {len(rejected)} shapes in the lists of its splits: "
                "set the data set's root to the folder of the benchmark, or restore them"
            )
        found = sorted(records.values(), key=lambda record: record.shape_id)
        return Catalog(found, rejected, len(files) - len(found))

    def read_record(self, record: ShapeRecord) -> Cloud:
        """Read a cloud and the part of each of its points."""
        return read_labeled_cloud(record.path)


def read_labeled_cloud(path: str | Path) -> Cloud:
    """Read a text file with x, y, z, a normal and the number of a part on each line.

    Args:
        path: the file.

    Raises:
        BadShape: the file is missing, empty or unreadable, a point has no label or one that
            `labeled_cloud` refuses, or coordinates are not finite.
    """
    from inr2vec_core.geometry.frames import check_finite
    from inr2vec_core.io.readers.number_table import Rows, number_table
    from inr2vec_core.io.readers.reasons import reasons_of

    path = Path(path)
    with reasons_of(path):
        rows = Rows(decode(path.read_bytes()).split("\n"))
        for row, line in enumerate(rows.lines):
            if (number := len(line.split())) != len(COLUMNS):
                raise rows.fault(
                    row,
                    f"has {number} numbers, not the {len(COLUMNS)} of a point with its label "
                    f"({' '.join(COLUMNS)}): restore the line, or remove it",
                )
        table = number_table(rows, columns=range(len(COLUMNS)))
        check_finite(table[:, :3])
        return labeled_cloud(table[:, :3], table[:, -1])


def _categories(root: Path) -> dict[str, str]:
    """The class of each folder, from lines such as "Airplane 02691156"."""
    file = _present(root / CATEGORIES)
    pairs = [line.split() for line in read_lines(file)]
    for pair in pairs:
        if len(pair) != 2:
            raise InputError(
                f"{file}: the line {' '.join(pair)!r} is not a class's name and its folder, as "
                "in 'Airplane 02691156': correct it"
            )
    found = {folder: name for name, folder in pairs}
    if not found or not len(found) == len(set(found.values())) == len(pairs):
        raise InputError(f"{file}: its {len(pairs)} lines must name each class and folder once")
    return found


def _entries(file: Path) -> list[str]:
    """What the list of a split names, such as "shape_data/02691156/<name>"."""
    check_file(file)
    with reading(file, "JSON file", SOURCE):
        entries = json.loads(decode(file.read_bytes()))
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise InputError(f"{file} is no list of shapes such as 'shape_data/02691156/<id>'")
    return entries


def _shape_files(root: Path, folders: dict[str, str]) -> set[tuple[str, str]]:
    """The text files in the classes' folders, as folder and name; a missing folder has none."""
    return {
        (folder, name.removesuffix(".txt"))
        for folder in folders
        if (root / folder).is_dir()
        for name in os.listdir(root / folder)  # noqa: PTH208 (16,000 files)
        if name.endswith(".txt")
    }


def _present(file: Path) -> Path:
    if not file.exists():
        raise InputError(
            f"{file} is missing: set the data set's root to the folder of "
            "shapenetcore_partanno_segmentation_benchmark_v0_normal, or restore it"
        )
    return file


def _fault(
    folder: str,
    name: str,
    classes: dict[str, str],
    files: set[tuple[str, str]],
    records: dict[tuple[str, str], ShapeRecord],
) -> str | None:
    """What is wrong with an entry of a list, if anything is."""
    if folder not in classes:
        return f"a folder of no class in {CATEGORIES}: correct the entry or add the class"
    if (folder, name) not in files:
        return "a file that is missing: restore it, or take it from the list"
    if (folder, name) in records:
        split = records[folder, name].split
        return f"which is used in the {split} split already: take it from one list"
    return None
