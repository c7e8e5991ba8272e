"""Meshes and clouds in ply files."""

from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Cloud, Mesh
from inr2vec_core.io.readers.meshes.ply_elements import (
    CORNERS,
    Columns,
    Element,
    Ragged,
    read_elements,
    read_header,
)
from inr2vec_core.io.readers.meshes.polygons import triangulate
from inr2vec_core.io.readers.meshes.triangles import check_corners, mesh_of, strip_triangles

_NO_SURFACE = ("vertex", "face", "tristrips", "range_grid")  # range_grid: the raster of a scan


def read_ply(path: Path) -> Cloud | Mesh:
    """Read an ascii or binary ply file.

    Args:
        path: the file.

    Returns:
        A mesh of the polygons in the element `face` and the strips in `tristrips`, with all
        vertices of the file; a cloud if neither has rows.

    Raises:
        BadShape: the header cannot be read, rows are missing, vertices have no x, y, z, faces are
            in an element or a property that is not read, a name is given twice, or polygons cannot
            be cut into triangles.
        ValueError: a row has something other than numbers.
    """
    elements, order, body = read_header(path.read_bytes())
    names = [element.name for element in elements]
    if len(set(names)) < len(names):
        raise BadShape(f"declares an element twice: {', '.join(names)}")
    if "vertex" not in names:
        raise BadShape(f"has no element vertex, but {', '.join(names) or 'none'}")
    tables = read_elements(elements, order, body)
    points = _points(tables.get("vertex", {}))
    with_rows = {element.name: element for element in elements if element.n_rows}
    if not {"face", "tristrips"} & set(with_rows):
        for element in with_rows.values():
            _check_holds_no_surface(element)
        if len(points) == 0:
            raise BadShape("holds no points")
        return Cloud(points)
    faces = np.zeros((0, 3), np.int64)
    if "face" in with_rows:
        polygons = _corners(with_rows["face"], tables["face"])
        faces = triangulate(points, polygons.values.astype(np.int64), polygons.sizes)
    if "tristrips" in with_rows:
        strips = _strips(_corners(with_rows["tristrips"], tables["tristrips"]))
        check_corners(strips, len(points))
        faces = np.concatenate([faces, strips])
    return mesh_of(points, faces)


def _points(table: Columns) -> np.ndarray:
    """(V, 3) float64."""
    if not table:
        return np.zeros((0, 3))
    axes = [table.get(axis) for axis in "xyz"]
    if not all(isinstance(axis, np.ndarray) for axis in axes):
        raise BadShape(f"its vertices have no x, y and z, but {', '.join(table)}")
    with np.errstate(invalid="ignore"):  # coordinates are checked later
        return np.stack(axes, axis=1).astype(np.float64)


def _corners(element: Element, table: Columns) -> Ragged:
    """The property of an element that has the vertices of its faces."""
    lists = [column.name for column in element.lists if column.type.kind in "iu"]
    known = [name for name in lists if name in CORNERS] or lists
    if len(known) != 1:
        raise BadShape(
            f"its element {element.name} has {', '.join(c.name for c in element.properties)}: "
            "expected one list of integers, vertex_indices"
        )
    return table[known[0]]


def _strips(strips: Ragged) -> np.ndarray:
    """(F, 3) triangles of strips; -1 starts a new strip within a list."""
    ends = np.cumsum(strips.sizes)
    values = np.insert(strips.values.astype(np.int64), ends, -1)
    parts = np.split(values, np.flatnonzero(values == -1))
    faces = [strip_triangles(part[part != -1]) for part in parts if (part != -1).sum() > 2]
    return np.concatenate(faces) if faces else np.zeros((0, 3), np.int64)


def _check_holds_no_surface(element: Element) -> None:
    """Check that an element of a file without faces cannot be its faces.

    Raises:
        BadShape: it has lists, or nothing but integers, as edges and triangles do.
    """
    if element.name in _NO_SURFACE:
        return
    kinds = {column.type.kind for column in element.properties}
    if element.lists or kinds <= {"i", "u"}:
        raise BadShape(
            f"has no faces, but {element.n_rows} rows of the element {element.name}, which is not "
            "read: save its shape as faces or, for a cloud, its points alone"
        )
