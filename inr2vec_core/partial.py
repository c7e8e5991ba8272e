"""Partial clouds: what can be seen of a shape from one side, as a depth camera would see it."""

import numpy as np

from .clouds import Frame, sample_surface
from .readers import Cloud, Mesh

DISTANCE = 3.0  # of the viewpoint from the centre, in radii of the shape
REFLECTED = 200.0  # radius of the sphere that points are reflected in, likewise
OVERSAMPLE = 8  # points drawn on a mesh for each that is wanted: hardly half of them are seen


def partial_view(whole: Cloud | Mesh, n_points: int, rng: np.random.Generator) -> Cloud:
    """The points of a shape that can be seen from a random side.

    Hidden points are removed without a surface (Katz et al. 2007).

    Args:
        whole: the complete shape; of a mesh `OVERSAMPLE * n_points` points are drawn.
        n_points: that will be wanted of the partial cloud.

    Returns:
        A part of the points, in the shape's unit, in the order they had.

    Raises:
        BadShape: coordinates are not finite, or the shape has no area or extent.
    """
    if isinstance(whole, Mesh):
        points = sample_surface(whole, OVERSAMPLE * n_points, rng)[0]
    else:
        points = whole.points
    frame = Frame.of(points)
    side = rng.normal(size=3)
    viewpoint = DISTANCE * side / np.linalg.norm(side)
    return Cloud(points[_seen(frame.place(points).astype(np.float64), viewpoint)])


def _seen(points: np.ndarray, viewpoint: np.ndarray) -> np.ndarray:
    """Rows of the points that can be seen, ascending."""
    import open3d as o3d  # takes two seconds to import

    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points))
    _, rows = cloud.hidden_point_removal(viewpoint, REFLECTED)
    return np.sort(np.asarray(rows, np.int64))
