"""Shapes kept one a file, in folders that name their class and perhaps their split.

Only the standard library is imported at the top; see `inr2vec_core.shapes.catalog`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import Catalog, ShapeRecord, _set_duplicates_aside, existing_folder
from inr2vec_core.shapes.splits import _check_fraction, _move_some

EXTENSIONS = (
    ".binvox", ".glb", ".h5", ".hdf5", ".npy", ".npz", ".obj", ".off", ".pcd", ".ply", ".stl",
    ".xyz",
)  # fmt: skip


SPLIT_FOLDERS = {
    "train": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}


UNLABELLED = "unlabelled"


class File(NamedTuple):
    """One shape; its id is its path below the root without the extension."""

    shape_id: str
    class_name: str
    split: str
    path: str


class Scan(NamedTuple):
    """The shapes below a folder, how they lie there, and the number of other files."""

    files: list[File]
    layout: str  # "class/split", "class" or "flat"
    ignored: int


def scan_folder(root: Path, extensions: Sequence[str]) -> Scan:
    """Finds the shapes below root and the layout they lie in.

    Raises:
        InputError: there are no shapes, a class folder is empty, or layouts are mixed.
    """
    flat, folders, ignored = _shapes_in(root, extensions)
    for folder in folders:
        if folder.name.lower() in SPLIT_FOLDERS:
            raise InputError(
                f"{folder.path} names a split where a class is expected: "
                "sort the shapes into <class>/<split>/"
            )
    found: dict[str, list[File]] = {"flat": [], "class": [], "class/split": []}
    found["flat"] = [_file(root, path, UNLABELLED, "train") for path in flat]
    for folder in folders:
        class_files, class_ignored = _scan_class(root, folder, extensions)
        ignored += class_ignored
        for layout, files in class_files.items():
            found[layout] += files
    layouts = [layout for layout, files in found.items() if files]
    if not layouts:
        raise InputError(
            f"{root} holds no shapes: put {', '.join(extensions)} files in <class>/<split>/"
        )
    if len(layouts) > 1:
        examples = " and ".join(min(file.path for file in found[layout]) for layout in layouts)
        raise InputError(
            f"{root} mixes layouts ({' and '.join(layouts)}), as in {examples}: "
            "sort all shapes into <class>/<split>/"
        )
    layout = layouts[0]
    return Scan(found[layout], layout, ignored)


def _scan_class(
    root: Path, folder: os.DirEntry, extensions: Sequence[str]
) -> tuple[dict[str, list[File]], int]:
    """A class folder's shapes by layout, and how many files it holds that are no shapes."""
    paths, subfolders, ignored = _shapes_in(folder, extensions)
    direct = [_file(root, path, folder.name, "train") for path in paths]
    in_splits = []
    for subfolder in subfolders:
        split = SPLIT_FOLDERS.get(subfolder.name.lower())
        paths, deeper, others = _shapes_in(subfolder, extensions)
        ignored += others + len(deeper)
        if split is None and paths:
            raise InputError(
                f"{subfolder.path} holds shapes but names no split: "
                "call such a folder train, val or test"
            )
        if split is not None:
            in_splits += [_file(root, path, folder.name, split) for path in paths]
    if not direct and not in_splits:
        raise InputError(
            f"class folder {folder.path} holds no shapes: remove it, or add files "
            f"ending in {', '.join(extensions)}"
        )
    return {"class": direct, "class/split": in_splits}, ignored


def _shapes_in(
    folder: str | Path | os.DirEntry, extensions: Sequence[str]
) -> tuple[list[str], list[os.DirEntry], int]:
    """A folder's shape files, its subfolders and the number of other files."""
    paths, folders, others = [], [], 0
    with os.scandir(folder) as entries:
        visible = [entry for entry in entries if not entry.name.startswith(".")]
    for entry in sorted(visible, key=lambda entry: entry.name):
        if entry.is_dir():
            folders.append(entry)
        elif os.path.splitext(entry.name)[1].lower() in extensions:  # noqa: PTH122 (100,000 files)
            paths.append(entry.path)
        else:
            others += 1
    return paths, folders, others


def _file(root: Path, path: str, class_name: str, split: str) -> File:
    shape_id = Path(path).relative_to(root).with_suffix("").as_posix()
    return File(shape_id, class_name, split, path)


def list_folder(
    root: str | Path,
    test_fraction: float | None = None,
    seed: int = 0,
    extensions: Sequence[str] = EXTENSIONS,
) -> Catalog:
    """Lists shapes kept one a file, by folders that name their class and perhaps their split.

    Three layouts are read; a shape's id is its path below root without the extension.
    `<class>/<split>/*`, the split being train, val (valid, validation) or test;
    `<class>/*`, where `test_fraction` of each class, drawn with `seed`, is the test split;
    `*`, shapes without a class ("unlabelled"), all test unless `test_fraction` is given.

    Raises:
        InputError: root cannot be used, a class folder is empty, layouts are mixed, or
            `test_fraction` is missing or given where the folders already name the splits.
    """
    root = existing_folder(root)
    scan = scan_folder(root, extensions)
    unique, rejected = _set_duplicates_aside([ShapeRecord(*file) for file in scan.files])
    if test_fraction is not None:
        _check_fraction("test_fraction", test_fraction)
    if scan.layout == "class/split" and test_fraction is not None:
        raise InputError(
            f"{root}: its folders already name the splits; remove test_fraction={test_fraction}"
        )
    if scan.layout == "class" and test_fraction is None:
        raise InputError(
            f"{root}: shapes lie in class folders without train and test folders; "
            "set test_fraction (0.2, say) or sort them into <class>/train and <class>/test"
        )
    if test_fraction is not None:
        unique = _move_some(unique, "train", "test", test_fraction, seed)
    elif scan.layout == "flat":
        unique = [replace(source, split="test") for source in unique]
    return Catalog(unique, rejected, scan.ignored)
