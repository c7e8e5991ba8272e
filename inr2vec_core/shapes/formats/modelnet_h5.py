"""The files of modelnet40_ply_hdf5_2048 and data sets laid out as it is, all but the points.

ShapeNet Part's hdf5_data is one of them, with a part for each point and another file of classes.

Only the standard library is imported at the top; see `inr2vec_core.shapes.catalog`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from inr2vec_core.errors import InputError
from inr2vec_core.io.readers import _one_line
from inr2vec_core.shapes.catalog import (
    Catalog,
    Rejected,
    ShapeRecord,
    _set_duplicates_aside,
    existing_folder,
)
from inr2vec_core.shapes.formats import modelnet_h5

if TYPE_CHECKING:
    import h5py


class Layout(NamedTuple):
    """What differs between the data sets.

    `classes_file` names a class on each line, where `numbered` before its number in WordNet.
    With `parts` the h5 files hold `pid`, (N, P), the part of each point.
    """

    classes_file: str
    numbered: bool
    parts: bool


MODELNET = Layout("shape_names.txt", numbered=False, parts=False)


SHAPENET_PART = Layout("all_object_categories.txt", numbered=True, parts=True)


def all_files(root: Path, layout: Layout = MODELNET) -> list[Path]:
    """Every file of the data set, sorted.

    Raises:
        InputError: there are no h5 files or no file of the classes' names.
    """
    files = [file for file, _ in h5_files(root)]
    names = [_names_file(file) for file in files if _names_file(file).exists()]
    return sorted([_class_names_file(root, layout), *files, *names])


def h5_files(root: Path) -> list[tuple[Path, str]]:
    """The h5 files, each with its split.

    Raises:
        InputError: there are none.
    """
    found = [
        (file, split)
        for split in ("train", "val", "test")
        for file in sorted(root.glob(f"ply_data_{split}*.h5"))
    ]
    if not found:
        raise InputError(f"{root} holds no ply_data_train*.h5 or ply_data_test*.h5: check the root")
    return found


def class_names(root: Path, layout: Layout = MODELNET) -> list[str]:
    """The classes in the order of their labels.

    Raises:
        InputError: the file of their names is missing, empty or names a class twice.
    """
    file = _class_names_file(root, layout)
    names = read_lines(file)
    if layout.numbered:
        names = [line.split()[0] for line in names]
    if not names or len(set(names)) < len(names):
        raise InputError(
            f"{file} names {len(names)} classes, {len(set(names))} of them different: "
            "name each class once, in the order of the labels"
        )
    return names


def names_and_labels(file: Path, layout: Layout = MODELNET) -> list[tuple[str, int]]:
    """The name and label of each shape in an h5 file.

    Names are read from `<file>_names.txt`, or made of the file's name and the row.

    Raises:
        InputError: the file is unreadable or not laid out as expected, or the numbers of names
            and shapes differ.
    """
    labels = _read_labels(file, layout)
    names_file = _names_file(file)
    if not names_file.exists():
        return [(f"{file.stem}_{row:05d}", label) for row, label in enumerate(labels)]
    names = read_lines(names_file)
    if len(names) != len(labels):
        raise InputError(
            f"{names_file} has {len(names)} names for the {len(labels)} shapes of {file.name}: "
            "give one a line, or remove the file"
        )
    return list(zip(names, labels, strict=True))


def _class_names_file(root: Path, layout: Layout) -> Path:
    file = root / layout.classes_file
    if not file.exists():
        raise InputError(f"{file} is missing: write the classes' names in it, one a line")
    return file


def _names_file(h5_file: Path) -> Path:
    return h5_file.with_name(f"{h5_file.stem}_names.txt")


def read_lines(file: Path) -> list[str]:
    """The file's lines, stripped, blank ones left out.

    Raises:
        InputError: the file is no text in UTF-8.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read as text ({error}): restore it") from None
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line]


def _read_labels(file: Path, layout: Layout) -> list[int]:
    import h5py

    try:
        with h5py.File(file, "r") as h5:
            _check_layout(file, h5)
            if layout.parts:
                _check_parts(file, h5)
            return [int(label) for label in h5["label"][:].reshape(-1)]
    except InputError:
        raise
    except Exception as error:  # h5py raises all sorts of things on corrupt files
        message = " ".join(str(error).split())
        raise InputError(f"{file} cannot be read ({message}): download it again") from error


def _check_layout(file: Path, h5: h5py.File) -> None:
    data, label = (getattr(h5.get(key), "shape", ()) for key in ("data", "label"))
    kind = h5["data"].dtype.kind if data else ""
    clouds = len(data) == 3 and data[2] == 3 and kind == "f"
    grids = len(data) == 4 and kind in "biuf"
    if (
        not (clouds or grids)
        or label not in {data[:1], (data[0], 1)}
        or h5["label"].dtype.kind not in "iu"
    ):
        found = [_describe(key, h5[key]) for key in h5]
        raise InputError(
            f"{file} holds {', '.join(found) or 'nothing'}; expected data (N, P, 3) of floats "
            "(clouds) or (N, A, B, C) of numbers (grids), and label (N,) or (N, 1) of integers"
        )


def _check_parts(file: Path, h5: h5py.File) -> None:
    pid = h5.get("pid")
    expected = h5["data"].shape[:2]
    fits = h5["data"].ndim == 3 and getattr(pid, "shape", None) == expected
    if not fits or pid.dtype.kind not in "iuf":
        found = "no pid" if pid is None else _describe("pid", pid)
        raise InputError(
            f"{file} holds {found} beside {_describe('data', h5['data'])}; expected the parts of "
            "all points as pid (N, P) of whole numbers: download it again, or use the reader "
            "modelnet_h5 for shapes without parts"
        )


def _describe(key: str, item: h5py.Dataset | h5py.Group) -> str:
    return f"{key} {getattr(item, 'shape', 'group')} {getattr(item, 'dtype', '')}".strip()


def read_h5_rows(path: str | Path, rows: Sequence[int], column: str = "data") -> np.ndarray:
    """Reads some clouds of a ModelNet h5 file, or their rows of another of its arrays.

    The file is read in blocks of its own chunks, each at most once and only where wanted, for
    h5py picks single rows of compressed data very slowly.

    Returns:
        (len(rows), P, 3) of clouds, the dtype of the file, in the order of `rows`.

    Raises:
        InputError: the file is unreadable or has not all of these rows.
    """
    import h5py

    rows = np.asarray(rows, np.int64)
    try:
        with h5py.File(path, "r") as h5:
            data = h5[column]
            outside = rows[(rows < 0) | (rows >= len(data))]
            if len(outside):
                raise InputError(
                    f"{path} has {len(data)} rows, not row {outside[0]}: "
                    "the file has changed, list the data set again"
                )
            clouds = np.empty((len(rows), *data.shape[1:]), data.dtype)
            block = data.chunks[0] if data.chunks else 256
            for start in np.unique(rows // block) * block:
                wanted = (rows >= start) & (rows < start + block)
                clouds[wanted] = data[start : start + block][rows[wanted] - start]
    except InputError:
        raise
    except Exception as error:  # h5py raises all sorts of things on corrupt files
        message = f"{path} cannot be read: {_one_line(error)}; download it again"
        raise InputError(message) from error
    return clouds


def list_modelnet_h5(
    root: str | Path, layout: modelnet_h5.Layout = modelnet_h5.MODELNET
) -> Catalog:
    """Lists a folder laid out as modelnet40_ply_hdf5_2048 is, or as ShapeNet Part's hdf5_data.

    Its files are `ply_data_{train,val,test}*.h5` and `shape_names.txt`, one class a line, or
    `all_object_categories.txt`. An h5 file holds `data`, (N, P, 3) float clouds or (N, A, B, C)
    grids of bool, integers or floats, and `label` (N,) or (N, 1) int; of ShapeNet Part clouds and
    `pid` (N, P). Where `<h5 file>_names.txt` gives the shapes' names these make the ids,
    `<class>/<split>/<name>`, else the h5 file's name and the row do.
    Rows whose label names no class and repeated names are set aside.

    Raises:
        InputError: a file is missing, unreadable or not as described.
    """
    root = existing_folder(root)
    classes = modelnet_h5.class_names(root, layout)
    sources, rejected = [], []
    for file, split in modelnet_h5.h5_files(root):
        for row, (name, label) in enumerate(modelnet_h5.names_and_labels(file, layout)):
            if 0 <= label < len(classes):
                shape_id = f"{classes[label]}/{split}/{name}"
                sources.append(ShapeRecord(shape_id, classes[label], split, str(file), row))
            else:
                lines = f"the {len(classes)} lines of {layout.classes_file}"
                reason = f"label {label} names none of {lines}"
                rejected.append(Rejected(name, f"{file}[{row}]", f"{reason} (the first is 0)"))
    unique, duplicates = _set_duplicates_aside(sources)
    return Catalog(unique, rejected + duplicates, 0)
