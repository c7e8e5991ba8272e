"""Shapes as files that other programs read."""

from pathlib import Path

import numpy as np

from inr2vec_core.geometry.shapes import Shape, ShapeVisitor
from inr2vec_core.geometry.voxels import cube_surface
from inr2vec_core.io.atomic import atomic

EXTENSIONS = ("npy", "obj", "ply")


def export_shape(shape: Shape, path: str | Path) -> None:
    """Write a shape as a file of the kind that the path's ending names, whole or not at all.

    Args:
        shape: the shape.
        path: the file, with an ending that `write_shape` knows.

    Raises:
        ValueError: the ending is another.
    """
    with atomic(path) as temporary:
        write_shape(shape, temporary, Path(path).suffix.removeprefix("."))


def write_shape(shape: Shape, path: str | Path, extension: str) -> None:
    """Write a cloud's points, a mesh's surface, or voxels as cubes, in units of the shape's sphere.

    Args:
        shape: the shape.
        path: any name, for temporary names have no ending.
        extension: "ply" and "obj" hold points or triangles; "npy" holds the points (n, 3), the
            corners of a mesh's triangles (F, 3, 3), or the occupancy (R, R, R) bool.
    """
    if extension not in EXTENSIONS:
        raise ValueError(f"cannot write {extension!r}: use {', '.join(EXTENSIONS)}")
    with Path(path).open("wb") as file:
        if extension == "npy":
            np.save(file, shape.to_array())
        else:
            exported = shape.accept(_Trimesh()).export(file_type=extension)
            file.write(exported if isinstance(exported, bytes) else exported.encode())


class _Trimesh(ShapeVisitor):
    """Shapes as trimesh has them."""

    def visit_points(self, points):
        import trimesh  # takes half a second to import

        return trimesh.PointCloud(points)

    def visit_triangles(self, vertices, faces):
        import trimesh

        return trimesh.Trimesh(vertices, faces, process=False)

    def visit_voxels(self, grid):
        return self.visit_triangles(*cube_surface(grid))
