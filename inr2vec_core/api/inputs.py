"""Shapes as users have them in Python, made into what the readers of files give."""

from pathlib import Path
from typing import Any

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Cloud, Geometry, Grid, Mesh

_KNOWN = (
    "a shape is an array (n, 3) of points, a mesh (vertices, faces) or with such attributes, "
    "a grid (A, B, C) of bool, or the path of a file"
)


def geometry_of(shape: Any) -> Geometry:
    """The geometry of a shape, in its own unit.

    Args:
        shape: points (n, 3); a mesh, as a tuple (vertices (V, 3), faces (F, 3)) or an object with
            these attributes (`trimesh.Trimesh`); a voxel grid (A, B, C) of bool or whole numbers;
            the path of a file; or a geometry. Arrays may be of NumPy or torch.

    Raises:
        BadShape: it is none of these, or has wrong sizes, types or values.
    """
    if isinstance(shape, Geometry):
        return shape
    if isinstance(shape, str | Path):
        from inr2vec_core.io.readers import read_geometry

        return read_geometry(shape)
    if hasattr(shape, "vertices"):
        return _mesh(shape.vertices, shape.faces) if hasattr(shape, "faces") else _cloud(
            _array(shape.vertices, "vertices")
        )  # fmt: skip
    if isinstance(shape, tuple):
        if len(shape) != 2:
            raise BadShape(f"is a tuple of {len(shape)}: {_KNOWN}")
        return _mesh(*shape)
    array = _array(shape, "the shape")
    if array.ndim == 3:
        return _grid(array)
    return _cloud(array)


def field_of(geometry: Geometry) -> str:
    """The field that such geometry has by default: udf, sdf or occ."""
    if isinstance(geometry, Grid):
        return "occ"
    return "udf" if geometry.as_mesh() is None else "sdf"


def _array(value: Any, what: str) -> np.ndarray:
    if hasattr(value, "detach"):  # of torch, on any device
        value = value.detach().cpu()
    try:
        array = np.asarray(value)
    except ValueError as error:  # lists of different lengths
        raise BadShape(f"{what} cannot be made an array ({error}): {_KNOWN}") from error
    if array.dtype.kind not in "biuf":
        raise BadShape(f"{what} is of the type {array.dtype}, not of numbers: {_KNOWN}")
    return array


def _points(array: np.ndarray, what: str) -> np.ndarray:
    if array.ndim != 2 or array.shape[1] != 3 or array.dtype.kind == "b":
        kind = f"{array.dtype} of the size {array.shape}"
        raise BadShape(f"{what} is {kind}, not numbers (n, 3): {_KNOWN}")
    return array.astype(np.float64)


def _cloud(array: np.ndarray) -> Cloud:
    cloud = Cloud(_points(array, "an array"))
    cloud.check_finite()
    return cloud


def _mesh(vertices: Any, faces: Any) -> Mesh:
    vertices = _points(_array(vertices, "the array of vertices"), "the array of vertices")
    faces = _array(faces, "the array of faces")
    if faces.ndim != 2 or faces.shape[1] != 3 or faces.dtype.kind not in "iu" or not len(faces):
        kind = f"{faces.dtype} of the size {faces.shape}"
        raise BadShape(f"the array of faces is {kind}, not whole numbers (F, 3) of triangles")
    if faces.min() < 0 or faces.max() >= len(vertices):
        wrong = int(faces.min() if faces.min() < 0 else faces.max())
        raise BadShape(f"a face names vertex {wrong}, there are {len(vertices)}, from 0 on")
    mesh = Mesh(vertices, faces.astype(np.int64))
    mesh.check_finite()
    return mesh


def _grid(array: np.ndarray) -> Grid:
    if array.dtype.kind == "f":
        raise BadShape(
            f"an array {array.shape} of {array.dtype} is no voxel grid: compare it with a "
            "threshold, so that it is of bool"
        )
    return Grid(array)
