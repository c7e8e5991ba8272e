"""Meshes in obj files."""

import re
from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Mesh
from inr2vec_core.io.readers.meshes.polygons import triangulate
from inr2vec_core.io.readers.meshes.rows import coordinates, ragged, without_comments
from inr2vec_core.io.readers.meshes.triangles import mesh_of
from inr2vec_core.utils.text import decode

# [^\S\n] is any blank within a line: a form feed before a face must not hide it.
_VERTEX = re.compile(r"^[^\S\n]*[vV][^\S\n]+([^\n]*)", re.MULTILINE)
_FACE = re.compile(r"^[^\S\n]*[fF][oO]?[^\S\n]+([^\n]*)", re.MULTILINE)
_EITHER = re.compile(r"^[^\S\n]*([vV]|[fF][oO]?)[^\S\n]", re.MULTILINE)
_CONTINUED = re.compile(r"\\\n(?=[ \t]*[-+.\d])")  # not after a path that ends in a backslash
_PATCHES = ("surf", "bzp", "bsp", "cdc", "res")
_PATCH = re.compile(rf"^[ \t]*({'|'.join(_PATCHES)})[ \t]", re.MULTILINE)


def read_obj(path: Path) -> Mesh:
    """Read an obj file: its vertices `v` and faces `f`, of all objects, groups and materials.

    Texture coordinates, normals, colors and the statements for lines, points and curves are
    skipped. Vertices that are equal are merged; those that no face has are dropped.

    Args:
        path: the file.

    Returns:
        The vertices, sorted, and the polygons as triangles.

    Raises:
        BadShape: there are free-form surfaces, which are not read, the last face is cut short,
            a face names no vertex, there are no faces, or polygons cannot be cut into triangles.
        ValueError: a row has something other than numbers.
    """
    text = _CONTINUED.sub(" ", without_comments(decode(path.read_bytes())))
    patch = any(name in text for name in _PATCHES) and _PATCH.search(text)
    if patch:
        raise BadShape(
            f"has free-form surfaces (statement {patch[1]}), which are not read: save its shape "
            "as triangles"
        )
    vertices = coordinates(_VERTEX.findall(text))
    faces = _FACE.findall(text)
    if "/" in text:
        # Of 7/1/3 and 7//3 only the vertex counts.
        faces = re.sub(r"/\S*", "", "\n".join(faces)).split("\n")
    sizes = np.array([len(face.split()) for face in faces], np.int64)
    # Some programs write edges as faces of two corners, but then not a single one at the end.
    if len(faces) and sizes[-1] < 3 <= sizes[:-1].min(initial=3) and _FACE.match(_last_line(text)):
        raise BadShape("truncated: its last face has fewer than three corners")
    corners = ragged(faces, sizes)
    if (corners < 0).any():
        corners = _counted_from_start(text, corners, sizes)
    if (corners == 0).any():
        raise BadShape("a face names vertex 0, but vertices are counted from 1")
    if len(corners) and corners.max() > len(vertices):
        raise BadShape(f"a face names vertex {corners.max()}, but there are {len(vertices)}")
    return mesh_of(vertices, triangulate(vertices, corners - 1, sizes), merge=True)


def _last_line(text: str) -> str:
    return text.rstrip().rsplit("\n", 1)[-1]


def _counted_from_start(text: str, corners: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Replace negative corners, which count back from the last vertex before their face."""
    is_vertex = np.array([kind in "vV" for kind in _EITHER.findall(text)])
    before = np.repeat(np.cumsum(is_vertex)[~is_vertex], sizes)
    return np.where(corners < 0, before + 1 + corners, corners)
