"""Meshes whose faces have part labels in a text file beside them, as Princeton's benchmark has.

Beside `<id>.off` lies `<id>_labels.txt` (Chen et al. 2009, "A Benchmark for 3D Mesh Segmentation").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.shapes.catalog import Catalog, Rejected, ShapeRecord
from inr2vec_core.shapes.formats import folder
from inr2vec_core.utils.files import fault_of_file
from inr2vec_core.utils.text import decode, is_utf8

if TYPE_CHECKING:
    import numpy as np

    from inr2vec_core.geometry.raw import Mesh


class Format(folder.Format):
    """Off meshes with `<id>_labels.txt` beside, arranged as in the layout `folder`."""

    has_parts: ClassVar[bool] = True
    extensions: ClassVar[Sequence[str]] = (".off",)

    def catalog(self) -> Catalog:
        """List the meshes that have labels.

        A mesh without labels is set aside, after the splits are drawn: no other one's changes.

        Raises:
            InputError: as the layout `folder`; or no mesh has labels.
        """
        catalog = super().catalog()
        labeled, rejected = [], list(catalog.rejected)
        for record in catalog.records:
            fault = fault_of_file(labels_file(record.path))
            if fault is None:
                labeled.append(record)
            else:
                reason = f"{labels_file(record.path)} {fault}: add it, or take the mesh away"
                rejected.append(Rejected(record.shape_id, record.path, reason))
        if not labeled:
            raise InputError(
                f"{self.root}: none of its {len(catalog.records)} meshes has its <id>_labels.txt "
                "beside it: add them, or use the reader folder for meshes without parts"
            )
        return Catalog(labeled, rejected, catalog.ignored - len(labeled))

    def files(self, records: Sequence[ShapeRecord]) -> list[str]:
        """The meshes and their labels, sorted."""
        labels = {str(labels_file(record.path)) for record in records}
        return sorted({*super().files(records), *labels})

    def read_record(self, record: ShapeRecord) -> Mesh:
        """Read a mesh and the part of each of its faces."""
        return read_labeled_mesh(record.path)


def labels_file(mesh: str | Path) -> Path:
    """The file of the parts of a mesh's faces: `<id>_labels.txt` beside `<id>.off`."""
    mesh = Path(mesh)
    return mesh.with_name(f"{mesh.stem}_labels.txt")


def read_labeled_mesh(path: str | Path) -> Mesh:
    """Read an off mesh and `<id>_labels.txt` beside it.

    The labels have a part's name on one line and the numbers of its faces, counted from 1, on the
    next, and so on in turns.

    Args:
        path: the mesh.

    Raises:
        BadShape: as `read_geometry`; or the labels are missing or not as described, or a face
            has no part or two.
    """
    from inr2vec_core.io.readers import read_geometry
    from inr2vec_core.io.readers.reasons import reasons_of

    mesh, labels = read_geometry(path), labels_file(path)
    with reasons_of(labels):
        names, face_parts = _face_parts(decode(labels.read_bytes()), len(mesh.faces))
    return replace(mesh, face_parts=face_parts, part_names=names)


def _face_parts(labels: str, n_faces: int) -> tuple[tuple[str, ...], np.ndarray]:
    """The parts' names, sorted, and the part of each face, (n_faces,) int64."""
    import numpy as np

    lines = [line.strip() for line in labels.removesuffix("\n").split("\n")]
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
    if not is_utf8(labels):
        line = next(number for number, line in enumerate(lines, 1) if not is_utf8(line))
        raise BadShape(f"line {line} is not UTF-8: save the file in that encoding")
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
    import numpy as np

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
