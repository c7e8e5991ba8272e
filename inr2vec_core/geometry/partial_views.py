"""Partial clouds: what can be seen of a shape from one side, as a depth camera would see it."""

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.frames import Frame
from inr2vec_core.geometry.raw import Cloud, Mesh

DISTANCE = 3.0  # of the viewpoint from the center, in radii of the shape
REFLECTED = 200.0  # radius of the sphere that points are reflected in, likewise
# Points drawn on a mesh for each that is wanted: of most hardly half are seen, of a plate from
# its edge few.
OVERSAMPLE = (8, 64)


def partial_view(complete: Cloud | Mesh, n_points: int, rng: np.random.Generator) -> Cloud:
    """The points of a shape that can be seen from a random side.

    Hidden points are removed without a surface (Katz et al. 2007).

    Args:
        complete: the complete shape; a mesh is sampled, more densely where too little is seen.
        n_points: points that will be wanted of the partial cloud.
        rng: draws the side, and the points of a mesh.

    Returns:
        A part of the points, in the shape's unit, in the order they had.

    Raises:
        BadShape: coordinates are not finite, or the shape has no area or extent, or is so thin
            that the points that are seen cannot be told.
    """
    side = rng.normal(size=3)
    viewpoint = DISTANCE * side / np.linalg.norm(side)
    for oversample in OVERSAMPLE:
        points, _ = complete.surface_points(oversample * n_points, rng)
        seen = _seen(points, viewpoint)
        if len(seen) >= n_points:
            break
    return Cloud(seen)


def _seen(points: np.ndarray, viewpoint: np.ndarray) -> np.ndarray:
    """The points (P, 3) that can be seen from a viewpoint in units of the shape's sphere."""
    import open3d as o3d  # takes two seconds to import

    placed = Frame.of(points).place(points).astype(np.float64)
    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(placed))
    try:
        _, rows = cloud.hidden_point_removal(viewpoint, REFLECTED)
    except RuntimeError as error:  # Qhull's, in many lines, of points that have no hull
        reason = str(error).splitlines()[0]
        raise BadShape(f"which of its points can be seen cannot be told: {reason}") from error
    return points[np.sort(np.asarray(rows, np.int64))]
