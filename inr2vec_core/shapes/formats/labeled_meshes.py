"""Meshes whose faces have part labels in a text file beside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.raw import Mesh
from inr2vec_core.io.readers import read_geometry, reasons_of
from inr2vec_core.shapes.catalog import Catalog, Rejected
from inr2vec_core.shapes.formats.folder import list_folder

MESHES = (".off",)


def labels_file(mesh: str | Path) -> Path:
    """Where the parts of a mesh's faces are: `<id>_labels.txt` beside `<id>.off`."""
    mesh = Path(mesh)
    return mesh.with_name(f"{mesh.stem}_labels.txt")


def read_labeled_mesh(path: str | Path) -> Mesh:
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


def list_labeled_meshes(
    root: str | Path, test_fraction: float | None = None, seed: int = 0
) -> Catalog:
    """Lists off meshes with `<id>_labels.txt` beside, in folders as `sources.list_folder` does.

    A mesh without labels is set aside; its split would have been the same.

    Raises:
        InputError: as `sources.list_folder`; or no mesh has labels.
    """
    listing = list_folder(root, test_fraction, seed, MESHES)
    labelled, rejected = [], list(listing.rejected)
    for source in listing.sources:
        if labels_file(source.path).exists():
            labelled.append(source)
        else:
            reason = f"{labels_file(source.path)} is missing: add it, or take the mesh away"
            rejected.append(Rejected(source.shape_id, source.path, reason))
    if not labelled:
        raise InputError(
            f"{root}: none of its {len(listing.sources)} meshes has its <id>_labels.txt beside it: "
            "add them, or use the reader folder for meshes without parts"
        )
    return Catalog(labelled, rejected, listing.ignored - len(labelled))
