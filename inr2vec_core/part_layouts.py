"""The files of shapes with parts: ShapeNet Part as text, and meshes with labels beside them.

Only the standard library is imported at the top; see `inr2vec_core.sources`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from inr2vec_core.errors import InputError
from inr2vec_core.modelnet_h5 import read_lines

MESHES = (".off",)
CATEGORIES = "synsetoffset2category.txt"
SPLITS = ("train", "val", "test")


def labels_file(mesh: str | Path) -> Path:
    """Where the parts of a mesh's faces are: `<id>_labels.txt` beside `<id>.off`."""
    mesh = Path(mesh)
    return mesh.with_name(f"{mesh.stem}_labels.txt")


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
