"""Shapes as files that other programs read."""

from pathlib import Path

import numpy as np

from inr2vec_core.geometry.shapes import CloudShape, MeshShape, Shape
from inr2vec_core.geometry.voxels import cube_surface

EXTENSIONS = ("npy", "obj", "ply")


def write_shape(shape: Shape, path: str | Path, extension: str) -> None:
    """Write a cloud's points, a mesh's surface, or voxels as cubes, in units of the shape's sphere.

    Args:
        path: any name, for temporary names have no ending.
        extension: "ply" and "obj" hold points or triangles; "npy" holds the points (n, 3), the
            corners of a mesh's triangles (F, 3, 3), or the occupancy (R, R, R) bool.
    """
    if extension not in EXTENSIONS:
        raise ValueError(f"cannot write {extension!r}: use {', '.join(EXTENSIONS)}")
    with Path(path).open("wb") as file:
        if extension == "npy":
            np.save(file, _array(shape))
        else:
            exported = _trimesh(shape).export(file_type=extension)
            file.write(exported if isinstance(exported, bytes) else exported.encode())


def _array(shape: Shape) -> np.ndarray:
    if isinstance(shape, CloudShape):
        return shape.points
    return shape.vertices[shape.faces] if isinstance(shape, MeshShape) else shape.grid


def _trimesh(shape: Shape):
    import trimesh  # takes half a second to import

    if isinstance(shape, CloudShape):
        return trimesh.PointCloud(shape.points)
    if isinstance(shape, MeshShape):
        return trimesh.Trimesh(shape.vertices, shape.faces, process=False)
    return trimesh.Trimesh(*cube_surface(shape.grid), process=False)
