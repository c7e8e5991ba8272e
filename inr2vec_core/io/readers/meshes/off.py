"""Meshes in off files."""

import re
from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Mesh
from inr2vec_core.io.readers.meshes.polygons import triangulate
from inr2vec_core.io.readers.meshes.rows import (
    check_row_count,
    coordinates,
    ragged,
    text_lines,
)
from inr2vec_core.io.readers.meshes.triangles import mesh_of
from inr2vec_core.utils.text import decode

# The format has the order ST, C, N; MeshLab writes N, C, ST. Coordinates come first in both.
_KEYWORD = re.compile(r"(?:ST|C|N)*(4?)(n?)OFF|off(?=\s|$)")
_BINARY = re.compile(rb"\s*[A-Zn4]*OFF +BINARY")


def read_off(path: Path) -> Mesh:
    """Read an off file (http://www.geomview.org/docs/html/OFF.html).

    Colors, normals and texture coordinates after a vertex (COFF, NCOFF, STOFF) or colors after a
    face are skipped. Many ModelNet files have the counts on the first line: "OFF490 518 0".

    Args:
        path: the file.

    Returns:
        All vertices of the file, and its polygons as triangles.

    Raises:
        BadShape: there is no header, the file is binary, its vertices do not have three
            dimensions, rows are missing or cut short, there are no faces, or polygons cannot be
            cut into triangles.
        ValueError: a row has something other than numbers.
    """
    content = path.read_bytes()
    if _BINARY.match(content):
        raise BadShape("is a binary off file: only text is read")
    rows = text_lines(decode(content))
    keyword = _KEYWORD.match(rows[0]) if rows else None
    if keyword is None:
        raise BadShape("no OFF header")
    homogeneous, any_dimension = keyword.groups()
    numbers, body = _leading_numbers(
        [rows[0][keyword.end() :], *rows[1:]], 3 if any_dimension else 2
    )
    dimension = int(numbers[0]) if any_dimension else 3
    if homogeneous or dimension != 3:
        raise BadShape(f"its vertices have {4 if homogeneous else dimension} coordinates, not 3")
    n_vertices, n_faces = map(int, numbers[-2:])
    check_row_count(body, n_vertices + n_faces)
    vertices = coordinates(body[:n_vertices])
    faces = body[n_vertices : n_vertices + n_faces]
    if not faces:
        raise BadShape("holds no faces; it may be cut short")
    sizes = np.loadtxt(faces, np.int64, comments=None, usecols=0, ndmin=1)
    if (sizes < 0).any():
        raise BadShape(f"face {(sizes < 0).argmax() + 1} has {sizes.min()} corners")
    return mesh_of(vertices, triangulate(vertices, ragged(faces, sizes, first=1), sizes))


def _leading_numbers(rows: list[str], n: int) -> tuple[list[str], list[str]]:
    """The first n numbers, on one line or several, and the rows after those lines."""
    numbers: list[str] = []
    for i, row in enumerate(rows):
        numbers += row.split()
        if len(numbers) >= n:
            if not all(number.isdecimal() for number in numbers[:n]):
                break
            return numbers[:n], rows[i + 1 :]
    raise BadShape("no OFF header with the numbers of vertices and faces")
