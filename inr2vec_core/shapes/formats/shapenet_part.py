"""The files of shapes with parts: ShapeNet Part as text, and meshes with labels beside them.

Only the standard library is imported at the top; see `inr2vec_core.shapes.catalog`.

Reads clouds and meshes with the part of each point or face.

As in `readers.py`, whatever is wrong with one file raises `BadShape` with the reason.

Lists of shapes with parts, where they are files of their own; as `sources.py`, which see.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.frames import check_finite
from inr2vec_core.geometry.raw import Cloud
from inr2vec_core.io.readers import reasons_of
from inr2vec_core.shapes.catalog import Catalog, Rejected, ShapeRecord, existing_folder
from inr2vec_core.shapes.formats.modelnet_h5 import read_lines

CATEGORIES = "synsetoffset2category.txt"


SPLITS = ("train", "val", "test")


def all_files(root: Path) -> list[Path]:
    """Every file of ShapeNet Part's text layout, sorted.

    Raises:
        InputError: the classes or a list of a split is missing or unreadable.
    """
    shapes = shape_files(root, categories(root)).values()
    return sorted([root / CATEGORIES, *(split_file(root, split) for split in SPLITS), *shapes])


def categories(root: Path) -> dict[str, str]:
    """The class of each folder, from lines such as "Airplane 02691156".

    Raises:
        InputError: the file is missing or empty, a line says something else, or a class or
            folder stands on two lines.
    """
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


def split_file(root: Path, split: str) -> Path:
    """The list of a split's shapes.

    Raises:
        InputError: it is missing.
    """
    return _present(root / "train_test_split" / f"shuffled_{split}_file_list.json")


def split_entries(file: Path) -> list[str]:
    """What the list of a split names, such as "shape_data/02691156/<id>".

    Raises:
        InputError: it is no list of texts in JSON.
    """
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read ({error}): restore it") from None
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise InputError(f"{file} is no list of shapes such as 'shape_data/02691156/<id>'")
    return entries


def shape_files(root: Path, folders: dict[str, str]) -> dict[tuple[str, str], Path]:
    """The text files in the classes' folders, by folder and name; a missing folder has none."""
    found = {}
    for folder in sorted(folders):
        if not (root / folder).is_dir():
            continue
        for name in sorted(os.listdir(root / folder)):  # noqa: PTH208 (16,000 files)
            if name.endswith(".txt"):
                found[folder, name.removesuffix(".txt")] = root / folder / name
    return found


def _present(file: Path) -> Path:
    if not file.exists():
        raise InputError(
            f"{file} is missing: set the data set's root to the folder of "
            "shapenetcore_partanno_segmentation_benchmark_v0_normal, or restore it"
        )
    return file


COLUMNS = ("x", "y", "z", "nx", "ny", "nz", "label")  # of ShapeNet Part's text files


_MOST = np.iinfo(np.int16).max


def labeled_cloud(points: np.ndarray, numbers: np.ndarray) -> Cloud:
    """A cloud whose parts have numbers, whose text becomes their names.

    Args:
        points: (P, 3), any unit.
        numbers: (P,) integers, or floats that are whole.

    Raises:
        BadShape: a number is not whole, negative, or above 32,767.
    """
    for wrong, reason in (
        (numbers != np.round(numbers), "is no whole number"),  # NaN is not itself
        (numbers < 0, "is negative: each point needs the number of a part, from 0"),
        (numbers > _MOST, f"is above {_MOST:,}: is it the column of labels?"),
    ):
        if wrong.any():
            first = int(wrong.argmax())
            raise BadShape(
                f"the label {numbers[first]:g} of point {first + 1} {reason} "
                f"({wrong.sum()} of {len(numbers)} points): correct the labels"
            )
    parts, index = np.unique(numbers.astype(np.int64), return_inverse=True)
    return Cloud(points, index.reshape(-1), tuple(map(str, parts.tolist())))


def read_labeled_cloud(path: str | Path) -> Cloud:
    """Reads a text file of ShapeNet Part: x, y, z, a normal and a part's number on each line.

    Raises:
        BadShape: the file is missing, empty or unreadable, a point has no label or one that
            `labeled_cloud` refuses, or coordinates are not finite.
    """
    path = Path(path)
    with reasons_of(path):
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
        for number, line in enumerate(lines, 1):
            if line and len(line) != len(COLUMNS):
                raise BadShape(
                    f"line {number} has {len(line)} numbers, not the {len(COLUMNS)} of a point "
                    f"with its label ({' '.join(COLUMNS)}): restore the line, or remove it"
                )
        table = np.array([line for line in lines if line], np.float64)
        if len(table) == 0:
            raise BadShape("holds no points")
        check_finite(table[:, :3])
        return labeled_cloud(table[:, :3], table[:, -1])


def list_shapenet_part(root: str | Path) -> Catalog:
    """Lists shapenetcore_partanno_segmentation_benchmark_v0_normal.

    `synsetoffset2category.txt` names classes and their folders, which hold `<id>.txt`;
    `train_test_split/shuffled_{train,val,test}_file_list.json` give the splits. Ids are
    `<class>/<id>`. Entries that name no shape, and those of a shape that an earlier list (train,
    val, test) has, are set aside. Shapes in no list are passed over.

    Raises:
        InputError: one of these files is missing or not as described, or no listed shape exists.
    """
    root = existing_folder(root)
    classes = categories(root)
    files = shape_files(root, classes)
    sources: dict[tuple[str, str], ShapeRecord] = {}
    rejected = []
    for split in SPLITS:
        listed_in = split_file(root, split)
        for entry in split_entries(listed_in):
            folder, _, name = entry.removeprefix("shape_data/").partition("/")
            shape_id, path = f"{classes.get(folder, folder)}/{name}", root / folder / f"{name}.txt"
            if (reason := _fault(folder, name, classes, files, sources)) is None:
                sources[folder, name] = ShapeRecord(shape_id, classes[folder], split, str(path))
            else:
                reason = f"{listed_in} names {entry!r}, {reason}"
                rejected.append(Rejected(shape_id, str(path), reason))
    if not sources:
        raise InputError(
            f"{root} holds none of the {len(rejected)} shapes in the lists of its splits: "
            "set the data set's root to the folder of the benchmark, or restore them"
        )
    found = sorted(sources.values(), key=lambda source: source.shape_id)
    return Catalog(found, rejected, len(files) - len(found))


def _fault(
    folder: str,
    name: str,
    classes: dict[str, str],
    files: dict[tuple[str, str], Path],
    sources: dict[tuple[str, str], ShapeRecord],
) -> str | None:
    if folder not in classes:
        return f"a folder of no class in {CATEGORIES}: correct the entry or add the class"
    if (folder, name) not in files:
        return "a file that is missing: restore it, or take it from the list"
    if (folder, name) in sources:
        split = sources[folder, name].split
        return f"which is used in the {split} split already: take it from one list"
    return None
