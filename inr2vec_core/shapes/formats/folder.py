"""Shapes kept one a file, in folders that name their class and perhaps their split."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, NamedTuple

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import Catalog, Rejected, ShapeRecord, without_duplicates
from inr2vec_core.shapes.formats._base import ShapeFormat
from inr2vec_core.shapes.formats._files import (
    broken_links,
    existing_folder,
    is_folder,
    visible_entries,
)
from inr2vec_core.shapes.splits import check_fraction, move_share

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
NO_CLASS = "unlabelled"
SHAPENET_MESHES = ("/models/model_normalized.obj", "/model.obj")


class Format(ShapeFormat):
    """Meshes, clouds or voxel grids; a shape's id is its path below the root, without extension.

    Three arrangements are read. `<class>/<split>/*`: the split is train, val (valid, validation)
    or test. `<class>/*`: `test_fraction` of each class, drawn with the seed, is the test split.
    `*`: shapes without a class ("unlabelled"), all test unless `test_fraction` is given.

    Attributes:
        extensions: the extensions of the shapes' files, in lower case.
    """

    extensions: ClassVar[Sequence[str]] = EXTENSIONS

    def catalog(self) -> Catalog:
        """List the shapes.

        Raises:
            InputError: the root cannot be used, a class folder is empty, arrangements are mixed,
                or `test_fraction` is missing, or given where the folders already name the splits.
        """
        root = existing_folder(self.root)
        scan = scan_folder(root, self.extensions)
        records, rejected = without_duplicates(ShapeRecord(*file) for file in scan.files)
        if self.test_fraction is not None:
            check_fraction("test_fraction", self.test_fraction)
        if scan.arrangement == "class/split" and self.test_fraction is not None:
            raise InputError(
                f"{root}: its folders already name the splits; "
                f"remove test_fraction={self.test_fraction}"
            )
        if scan.arrangement == "class" and self.test_fraction is None:
            raise InputError(
                f"{root}: shapes lie in class folders without train and test folders; "
                "set test_fraction (0.2, say) or sort them into <class>/train and <class>/test"
            )
        if self.test_fraction is not None:
            records = move_share(records, "train", "test", self.test_fraction, self.seed)
        elif scan.arrangement == "flat":
            records = [replace(record, split="test") for record in records]
        return Catalog(records, rejected + scan.rejected, scan.ignored)


class File(NamedTuple):
    """One shape, with the first fields of its `ShapeRecord`."""

    shape_id: str
    class_name: str
    split: str
    path: str


class Scan(NamedTuple):
    """The shapes below a folder.

    Attributes:
        files: the shapes' files.
        arrangement: "class/split", "class" or "flat".
        ignored: the number of other files.
        rejected: folders that have the names of shapes, and links to nothing.
    """

    files: list[File]
    arrangement: str
    ignored: int
    rejected: list[Rejected]


class Listing(NamedTuple):
    """What is in one folder.

    Attributes:
        paths: files of shapes.
        folders: its subfolders.
        ignored: the number of other files.
        broken: links to nothing that are not named as shapes, perhaps once to folders of them.
    """

    paths: list[str]
    folders: list[os.DirEntry]
    ignored: int
    broken: list[Rejected]


def scan_folder(root: Path, extensions: Sequence[str]) -> Scan:
    """Find the shapes below a folder.

    Args:
        root: the folder.
        extensions: the extensions of the shapes' files, in lower case.

    Raises:
        InputError: there are no shapes, a class folder is empty, or arrangements are mixed.
    """
    flat, folders, ignored, rejected = _shapes_in(root, extensions)
    for folder in folders:
        if folder.name.lower() in SPLIT_FOLDERS:
            raise InputError(
                f"{folder.path} names a split where a class is expected: "
                "sort the shapes into <class>/<split>/"
            )
    found: dict[str, list[File]] = {"flat": [], "class": [], "class/split": []}
    found["flat"] = [_file(root, path, NO_CLASS, "train") for path in flat]
    for folder in folders:
        class_files, class_ignored, class_rejected = _scan_class(root, folder, extensions)
        ignored += class_ignored
        rejected += class_rejected
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
    return Scan(found[layouts[0]], layouts[0], ignored, rejected)


def _scan_class(
    root: Path, folder: os.DirEntry, extensions: Sequence[str]
) -> tuple[dict[str, list[File]], int, list[Rejected]]:
    """A class folder's shapes by arrangement, the number of its other files, and bad ones."""
    paths, subfolders, ignored, rejected = _shapes_in(folder, extensions)
    direct = [_file(root, path, folder.name, "train") for path in paths]
    in_splits = []
    for subfolder in subfolders:
        split = SPLIT_FOLDERS.get(subfolder.name.lower())
        paths, deeper, others, broken = _shapes_in(subfolder, extensions)
        ignored += others + len(deeper)
        rejected += broken
        named = [entry for entry in deeper if _names_shape(entry, extensions)]
        if not paths and _names_shape(subfolder, extensions):
            named.append(subfolder)
        rejected += [_folder_as_shape(root, entry) for entry in named]
        if split is None and paths:
            raise InputError(
                f"{subfolder.path} holds shapes but names no split: {_where_to_put(paths[0])}"
            )
        if split is not None:
            in_splits += [_file(root, path, folder.name, split) for path in paths]
    if not direct and not in_splits:
        if not _names_shape(folder, extensions):
            raise InputError(_why_empty(folder, extensions))
        rejected.append(_folder_as_shape(root, folder))
    return {"class": direct, "class/split": in_splits}, ignored, rejected


def _names_shape(entry: os.DirEntry, extensions: Sequence[str]) -> bool:
    return os.path.splitext(entry.name)[1].lower() in extensions  # noqa: PTH122 (100,000 files)


def _folder_as_shape(root: Path, folder: os.DirEntry) -> Rejected:
    shape_id = _file(root, folder.path, "", "").shape_id
    return Rejected(shape_id, folder.path, "is a folder, not a file: put the shape's file there")


def _why_empty(folder: os.DirEntry, extensions: Sequence[str]) -> str:
    deeper = _first_deeper_shape(folder.path, extensions)
    if deeper is None:
        return (
            f"class folder {folder.path} holds no shapes: remove it from the data set, or add "
            f"files ending in {', '.join(extensions)}"
        )
    return (
        f"class folder {folder.path} holds shapes only farther down, such as {deeper}: "
        f"{_where_to_put(deeper)}"
    )


def _where_to_put(shape: str) -> str:
    """What to do about a shape that lies in a folder where none is looked for."""
    if shape.endswith(SHAPENET_MESHES):
        return "if this is ShapeNetCore, set reader: shapenet_core and root to its synsets' folder"
    return "call such a folder train, val or test, or put its shapes into <class>/"


def _first_deeper_shape(folder: str, extensions: Sequence[str]) -> str | None:
    for path, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(files):
            if os.path.splitext(file)[1].lower() in extensions:  # noqa: PTH122
                return os.path.join(path, file)  # noqa: PTH118
    return None


def _shapes_in(folder: str | Path | os.DirEntry, extensions: Sequence[str]) -> Listing:
    paths, folders, others = [], [], []
    for entry in visible_entries(os.fspath(folder)):
        if is_folder(entry):
            folders.append(entry)
        elif _names_shape(entry, extensions):
            paths.append(entry.path)
        else:
            others.append(entry)
    broken = broken_links(others)
    return Listing(paths, folders, len(others) - len(broken), broken)


def _file(root: Path, path: str, class_name: str, split: str) -> File:
    shape_id = Path(path).relative_to(root).with_suffix("").as_posix()
    return File(shape_id, class_name, split, path)
