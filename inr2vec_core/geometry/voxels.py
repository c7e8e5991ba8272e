"""Voxel grids of the cube [-1, 1]^3.

A grid is (R, R, R) bool with the axes x, y, z; along each, voxel i spans
[-1 + 2i/R, -1 + 2(i+1)/R]. Grids of points are shells, one voxel thick, as the paper's are
(Section 4); grids of meshes can be filled, and grids that were read are placed as they are.
"""

from functools import lru_cache

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.signed_distance import SignedDistance

OVERSHOOT = 1e-4  # points this far outside the cube count as on its walls


def voxelize(points: np.ndarray, resolution: int) -> np.ndarray:
    """Marks the voxels that hold a point.

    Args:
        points: (p, 3) in [-1, 1]^3. One between two voxels belongs to the later, one at exactly 1
            to the last.
        resolution: voxels along each axis.

    Returns:
        (R, R, R) bool.

    Raises:
        ValueError: a point lies farther than `OVERSHOOT` outside the cube, or is NaN.
    """
    points = np.asarray(points, np.float64)
    if not (np.abs(points) <= 1 + OVERSHOOT).all():
        raise ValueError("some points lie outside the cube [-1, 1]^3: normalize the shape first")
    index = np.floor((points + 1) * (resolution / 2)).astype(np.int64)
    grid = np.zeros((resolution,) * 3, bool)
    grid[tuple(index.clip(0, resolution - 1).T)] = True
    return grid


@lru_cache(maxsize=4)
def centroids(resolution: int) -> np.ndarray:
    """The voxels' centers in the C order of a grid: (R^3, 3) float32, read-only."""
    axis = (np.arange(resolution) * 2 + 1) / resolution - 1
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    points = grid.reshape(-1, 3).astype(np.float32)
    points.flags.writeable = False
    return points


def occupied_centroids(grid: np.ndarray) -> np.ndarray:
    """The centers of a grid's occupied voxels.

    Args:
        grid: (R, R, R) bool.

    Returns:
        (n, 3) float32.
    """
    return centroids(len(grid))[grid.reshape(-1)]


def dilated(grid: np.ndarray) -> np.ndarray:
    """A grid's occupied voxels and their 26 neighbors.

    scipy's dilation takes as long as all else that draws a grid's queries.

    Args:
        grid: (R, R, R) bool.

    Returns:
        (R, R, R) bool.
    """
    for axis in range(3):
        old = np.moveaxis(grid, axis, 0)
        new = old.copy()
        new[1:] |= old[:-1]
        new[:-1] |= old[1:]
        grid = np.moveaxis(new, 0, axis)
    return grid


def fill_mesh(distance: SignedDistance, resolution: int) -> np.ndarray:
    """Marks the voxels whose centers lie inside a mesh.

    Args:
        distance: the signed distance to the mesh, which lies in the cube.
        resolution: voxels along each axis.

    Returns:
        (R, R, R) bool.
    """
    return distance.inside(centroids(resolution)).reshape((resolution,) * 3)


def place_grid(array: np.ndarray, resolution: int) -> np.ndarray:
    """Make an occupancy grid of an array that was read, centered in the cube among empty voxels.

    Args:
        array: (A, B, C), each at most `resolution`; bool, integers or floats, 0 where empty and
            one other value where occupied. Where the sides leave an odd number of empty voxels,
            the last side gets the one more.
        resolution: voxels along each axis.

    Returns:
        (R, R, R) bool.

    Raises:
        BadShape: the array is no such grid, is too large, or has no surface: no voxel of the
            result is occupied, or every one is.
    """
    array = np.asarray(array)
    occupied = _occupancy(array)
    if max(array.shape) > resolution:
        raise BadShape(
            f"a grid of {' x '.join(map(str, array.shape))} voxels does not fit in {resolution}: "
            f"set the data set's voxels.resolution to {max(array.shape)}"
        )
    grid = np.zeros((resolution,) * 3, bool)
    first = [(resolution - side) // 2 for side in array.shape]
    grid[tuple(slice(i, i + n) for i, n in zip(first, array.shape, strict=True))] = occupied
    if grid.all():
        raise BadShape("every voxel is occupied: the shape has no surface in its grid")
    return grid


def _occupancy(array: np.ndarray) -> np.ndarray:
    if array.ndim != 3:
        raise BadShape(f"a voxel grid has 3 dimensions, this array has {array.ndim}")
    if not np.isfinite(array).all():
        raise BadShape(f"{(~np.isfinite(array)).sum()} voxels are NaN or infinite")
    occupied = array != 0
    if not occupied.any():
        raise BadShape("no voxel is occupied: the grid is empty")
    if (array[occupied] != array.reshape(-1)[occupied.argmax()]).any():
        raise BadShape("its voxels have more values than 0 and one other: threshold the grid first")
    return occupied


def exposed_faces(grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The squares between occupied and empty cubes, also at the grid's border.

    Args:
        grid: (R, R, R) bool.

    Returns:
        Corners (n, 4, 3) int64, counter-clockwise seen from outside, from 0 to R along each axis;
        and the cubes (n, 3) int64 that the squares belong to.
    """
    padded = np.pad(grid, 1)
    corners, cubes = [], []
    for axis in range(3):
        a, b = np.eye(3, dtype=np.int64)[[(axis + 1) % 3, (axis + 2) % 3]]
        for side in (0, 1):
            neighbor = np.roll(padded, 1 - 2 * side, axis)[1:-1, 1:-1, 1:-1]
            owner = np.argwhere(grid & ~neighbor)
            first = owner + side * np.eye(3, dtype=np.int64)[axis]
            square = np.stack([first, first + a, first + a + b, first + b], axis=1)
            corners.append(square if side else square[:, ::-1])
            cubes.append(owner)
    return np.concatenate(corners), np.concatenate(cubes)


def cube_surface(grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The surface of a grid's occupied cubes in [-1, 1]^3, as triangles turned outward.

    Args:
        grid: (R, R, R) bool.

    Returns:
        Vertices (V, 3) float32 and faces (F, 3) int32.
    """
    corners, _ = exposed_faces(grid)
    steps, index = np.unique(corners.reshape(-1, 3), axis=0, return_inverse=True)
    a, b, c, d = index.reshape(-1, 4).T
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    return (steps * (2 / len(grid)) - 1).astype(np.float32), faces.astype(np.int32)
