"""Reads clouds and meshes with the part of each point or face.

As in `readers.py`, whatever is wrong with one file raises `BadShape` with the reason.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.part_layouts import labels_file
from inr2vec_core.readers import Cloud, Mesh, check_finite, read_geometry, reasons_of

COLUMNS = ("x", "y", "z", "nx", "ny", "nz", "label")  # of ShapeNet Part's text files
_MOST = np.iinfo(np.int16).max


def labelled_cloud(points: np.ndarray, numbers: np.ndarray) -> Cloud:
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


def read_labelled_cloud(path: str | Path) -> Cloud:
    """Reads a text file of ShapeNet Part: x, y, z, a normal and a part's number on each line.

    Raises:
        BadShape: the file is missing, empty or unreadable, a point has no label or one that
            `labelled_cloud` refuses, or coordinates are not finite.
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
        return labelled_cloud(table[:, :3], table[:, -1])


def read_labelled_mesh(path: str | Path) -> Mesh:
    """Reads an off mesh and `<id>_labels.txt` beside it.

    That has a part's name on one line and the numbers of its faces, from 1, on the next, and so
    on in turns.

    Raises:
        BadShape: as `read_geometry`; or the labels are missing or not as described, or a face
            has no part or two.
    """
    mesh, labels = read_geometry(path), labels_file(path)
    with reasons_of(labels):
        names, face_parts = _face_parts(labels.read_text(encoding="utf-8"), len(mesh.faces))
    return replace(mesh, face_parts=face_parts, part_names=names)


def _face_parts(labels: str, n_faces: int) -> tuple[tuple[str, ...], np.ndarray]:
    """The parts' names, sorted, and the part of each face, (n_faces,) int64."""
    lines = [line.strip() for line in labels.splitlines()]
    while len(lines) > 1 and not lines[-1] and not lines[-2]:
        lines.pop()
    if len(lines) % 2 and not lines[-1]:
        lines.pop()  # but the blank line of a last part without faces stays
    if len(lines) % 2:
        raise BadShape(
            f"has {len(lines)} lines, an odd number: a part's name and the numbers of its faces "
            "take turns; add the line that is missing"
        )
    if not all(lines[::2]):
        line = 2 * lines[::2].index("") + 1
        raise BadShape(f"line {line} is blank where a part's name is expected: name the part")
    names = tuple(sorted(set(lines[::2])))
    face_parts, times = np.empty(n_faces, np.int64), np.zeros(n_faces, np.int64)
    for name, numbers in zip(lines[::2], lines[1::2], strict=True):
        faces = _face_numbers(name, numbers.split(), n_faces)
        face_parts[faces] = names.index(name)
        np.add.at(times, faces, 1)
    for wrong, fault in ((times > 1, "have a part twice"), (times == 0, "have no part")):
        if wrong.any():
            raise BadShape(
                f"{wrong.sum()} of {n_faces} faces {fault}, the first is face "
                f"{wrong.argmax() + 1}: name each face of the triangle mesh once"
            )
    return names, face_parts


def _face_numbers(name: str, numbers: list[str], n_faces: int) -> np.ndarray:
    """The faces of a part, counted from 0."""
    for number in numbers:
        if not (number.isascii() and number.isdigit()):
            raise BadShape(
                f"{number!r} among the faces of part {name!r} is no whole number: correct it"
            )
    faces = np.array(numbers, np.int64) - 1
    outside = faces[(faces < 0) | (faces >= n_faces)]
    if len(outside):
        raise BadShape(
            f"part {name!r} names face {outside[0] + 1}, but the mesh has the faces 1 to "
            f"{n_faces}: correct the number, or the mesh"
        )
    return faces
