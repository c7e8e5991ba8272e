"""Pictures of shapes, as the workflow's figures draw them."""

from typing import Any

import numpy as np

from inr2vec_core.api.inputs import geometry_of
from inr2vec_core.errors import InputError
from inr2vec_core.geometry.frames import Frame
from inr2vec_core.geometry.raw import Grid
from inr2vec_core.geometry.shapes import CloudShape, MeshShape, Shape, VoxelShape


def picture(shape: Any, size: int = 320, turn: float = 0.0, color: str | None = None) -> np.ndarray:
    """Draw a shape, y up, seen from slightly above.

    Points and meshes fill the picture, whatever their unit. Pictures at `turn` 0, 15, 30 … make one
    that turns.

    Args:
        shape: as for `fit_inrs`.
        size: side of the picture, in pixels.
        turn: degrees that the shape is turned by about the vertical; of a voxel grid a multiple of
            90.
        color: any color of Matplotlib's; by default meshes are blue-gray and voxels sand, and
            points are colored by their distance from the eye.

    Returns:
        (size, size, 3) uint8.

    Raises:
        BadShape: it is no shape.
        InputError: the size is not positive, or a grid cannot be turned so.
    """
    from inr2vec_core.reporting.rendering import render

    if size < 1:
        raise InputError(f"size {size}: ask for 1 pixel at least")
    return render(_turned(shape, turn), size, color)


def _turned(shape: Any, turn: float) -> Shape:
    geometry = geometry_of(shape)
    geometry.check_finite()
    if isinstance(geometry, Grid):
        if turn % 90:
            raise InputError(f"a voxel grid is turned by 90, 180 or 270 degrees, not {turn:g}")
        return VoxelShape(np.rot90(_cube(geometry.values != 0), int(turn // 90), (2, 0)))
    mesh = geometry.as_mesh()
    points = geometry.visible.points if mesh is None else mesh.vertices
    placed = Frame.of(points).place(points) @ _about_the_vertical(turn).T
    return CloudShape(placed) if mesh is None else MeshShape(placed, mesh.faces)


def _cube(grid: np.ndarray) -> np.ndarray:
    """A grid (A, B, C) in the middle of one with sides alike."""
    missing = max(grid.shape) - np.array(grid.shape)
    return np.pad(grid, np.stack([missing // 2, missing - missing // 2], 1))


def _about_the_vertical(degrees: float) -> np.ndarray:
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)
