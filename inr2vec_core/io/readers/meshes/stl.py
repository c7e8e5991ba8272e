"""Meshes in stl files."""

from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Mesh
from inr2vec_core.io.readers.meshes.rows import coordinates
from inr2vec_core.io.readers.meshes.triangles import mesh_of
from inr2vec_core.utils.text import decode, has_mark

_HEADER = 84  # bytes; the last four are the number of triangles
_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attributes", "<u2")])
_FACET = {"facet": "(", "verte": "v", "endfa": ")", "solid": "[", "endso": "]"}  # by first letters


def read_stl(path: Path) -> Mesh:
    """Read a binary or ascii stl file, of one solid or several.

    A file is binary if its length is the one that its number of triangles asks for: headers of
    binary files may start with "solid", too. Vertices that are equal are merged.

    Args:
        path: the file.

    Returns:
        The vertices, sorted, and the triangles.

    Raises:
        BadShape: number and length disagree, a facet is no triangle, the text is cut short, or
            there are no faces.
        ValueError: a vertex has something other than numbers.
    """
    content = path.read_bytes()
    corners = _binary_corners(content)
    if corners is None:
        corners = _ascii_corners(decode(content))
    faces = np.arange(len(corners)).reshape(-1, 3)
    return mesh_of(corners, faces, merge=True)


def _binary_corners(content: bytes) -> np.ndarray | None:
    """(3 F, 3) float64, or None if the file is ascii."""
    if len(content) >= _HEADER:
        declared = int(np.frombuffer(content, "<u4", 1, _HEADER - 4)[0])
        length = len(content) - _HEADER
        if length == declared * _TRIANGLE.itemsize:
            triangles = np.frombuffer(content, _TRIANGLE, offset=_HEADER)
            with np.errstate(invalid="ignore"):  # coordinates are checked later
                return triangles["corners"].reshape(-1, 3).astype(np.float64)
    start = content[:4000].lower()
    if has_mark(content) or (
        start.lstrip().startswith(b"solid") and (b"facet" in start or b"endsolid" in start)
    ):
        return None
    if len(content) < _HEADER:
        raise BadShape("no STL header, or one cut short")
    fault = "truncated" if length < declared * _TRIANGLE.itemsize else "longer than it declares"
    raise BadShape(
        f"{fault}: it has {length} bytes of triangles, the {declared} that its header declares "
        f"take {declared * _TRIANGLE.itemsize}"
    )


def _ascii_corners(text: str) -> np.ndarray:
    """(3 F, 3) float64."""
    lines = [line.lstrip() for line in text.splitlines()]
    kinds = [line[:5].lower() for line in lines]
    structure = "".join(_FACET.get(kind, "") for kind in kinds)
    if structure.count("[") != structure.count("]"):
        raise BadShape("truncated: a solid has no end")
    if structure.replace("[", "").replace("]", "") != "(vvv)" * structure.count("("):
        raise BadShape("a facet does not have three vertices and an end")
    vertices = [line for line, kind in zip(lines, kinds, strict=True) if kind == "verte"]
    return coordinates(vertices, columns=(1, 2, 3))
