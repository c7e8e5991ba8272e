"""Points drawn on surfaces, and clouds thinned by farthest-point sampling (paper, Section 4)."""

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.frames import check_finite


class Surface:
    """A mesh's faces, ready to be sampled again and again.

    Args:
        vertices: (V, 3), in any unit.
        faces: (F, 3) indices of vertices.

    Raises:
        BadShape: a vertex is not finite, or the faces have no area, or one too large for floats.
    """

    def __init__(self, vertices: np.ndarray, faces: np.ndarray):
        check_finite(vertices)
        corners = vertices[faces]  # (F, 3, 3)
        self._corner = corners[:, 0].copy()  # a view would keep all corners
        self._edge1, self._edge2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        with np.errstate(over="ignore", invalid="ignore"):
            areas = np.linalg.norm(np.cross(self._edge1, self._edge2), axis=1)
            self._cumulative = np.cumsum(areas, dtype=np.float64)
        if len(areas) and not self._cumulative[-1] < np.inf:
            largest = np.abs(vertices).max()
            raise BadShape(f"its area overflows at coordinates up to {largest:.3g}: change unit")
        if len(areas) == 0 or self._cumulative[-1] == 0:
            raise BadShape(f"its {len(faces)} faces have no area to sample")

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw points uniformly by area.

        Args:
            n: points wanted.
            rng: the random stream.

        Returns:
            The points, (n, 3) in the mesh's unit, and the face that each lies on, (n,) int64.
        """
        # side="right" never picks a face without area; the minimum guards against rounding to 1.
        where = rng.random(n) * self._cumulative[-1]
        faces = np.searchsorted(self._cumulative, where, side="right")
        faces = np.minimum(faces, len(self._cumulative) - 1)
        u, v = rng.random((2, n, 1))
        beyond = u + v > 1  # in the parallelogram's other half: mirror back
        u, v = np.where(beyond, 1 - u, u), np.where(beyond, 1 - v, v)
        return self._corner[faces] + u * self._edge1[faces] + v * self._edge2[faces], faces


def farthest_indices(points: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Thin a cloud by farthest-point sampling from a random start.

    By Open3D in float64, once a shape; `ops.neighbors.farthest_points` is for batches in training.

    Args:
        points: (P, 3) finite coordinates.
        n: points to keep.
        rng: draws the first point.

    Returns:
        (n,) int64, the rows kept, ascending; all rows where the cloud has exactly n points.

    Raises:
        BadShape: the cloud has fewer than n points, or fewer than n different ones.
    """
    if len(points) < n:
        raise BadShape(
            f"has {len(points)} points, {n} asked: lower `points` or supply denser clouds"
        )
    if len(points) == n:
        return np.arange(n)
    import open3d as o3d  # takes two seconds to import

    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(np.asarray(points, np.float64)))
    # Open3D returns points only; their row numbers travel with them as colors.
    rows = np.repeat(np.arange(len(points), dtype=np.float64)[:, None], 3, axis=1)
    cloud.colors = o3d.utility.Vector3dVector(rows)
    thinned = cloud.farthest_point_down_sample(n, int(rng.integers(len(points))))
    kept = np.asarray(thinned.colors)[:, 0].astype(np.int64)
    if len(kept) < n:
        raise BadShape(
            f"has {len(kept)} different points, {n} asked: lower `points` or supply denser clouds"
        )
    return kept


def farthest_points(points: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """The points that `farthest_indices` keeps.

    Args:
        points: (P, 3).
        n: the number of points to keep.
        rng: of the choice of the first point.

    Returns:
        (n, 3).

    Raises:
        BadShape: as `farthest_indices`.
    """
    return points[farthest_indices(points, n, rng)]
