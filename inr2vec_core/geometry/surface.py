"""The geometry of point clouds: sampling surfaces, thinning, normalising, augmenting.

A prepared cloud is (n, 3) float32 in the unit sphere: its mean is the origin and its farthest
point lies at distance 1. The paper names clouds of 2,048 points (Section 4), shapes normalised to
the volume that queries are drawn from (Appendix F) and data sets augmented to some 100,000 INRs
(Appendix G); the numbers that its text leaves out are those of the authors' released code.
"""

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.frames import normalize
from inr2vec_core.geometry.raw import Cloud, Mesh, check_finite


class Surface:
    """A mesh's faces, ready to be drawn from again and again.

    Raises:
        BadShape: a vertex is not finite, or the faces have no area.
    """

    def __init__(self, mesh: Mesh):
        check_finite(mesh.vertices)
        corners = mesh.vertices[mesh.faces]  # (F, 3, 3)
        self._corner = corners[:, 0].copy()  # a view would keep all corners
        self._edge1, self._edge2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        areas = np.linalg.norm(np.cross(self._edge1, self._edge2), axis=1)
        self._cumulative = np.cumsum(areas, dtype=np.float64)
        if len(areas) == 0 or not 0 < self._cumulative[-1] < np.inf:
            raise BadShape(f"its {len(mesh.faces)} faces have no area to sample")

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Points uniform by area, (n, 3) in the mesh's unit, and the face each lies on, (n,)."""
        # side="right" never picks a face without area; the minimum guards against rounding to 1.
        where = rng.random(n) * self._cumulative[-1]
        faces = np.searchsorted(self._cumulative, where, side="right")
        faces = np.minimum(faces, len(self._cumulative) - 1)
        u, v = rng.random((2, n, 1))
        beyond = u + v > 1  # in the parallelogram's other half: mirror back
        u, v = np.where(beyond, 1 - u, u), np.where(beyond, 1 - v, v)
        return self._corner[faces] + u * self._edge1[faces] + v * self._edge2[faces], faces


def sample_surface(mesh: Mesh, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draws points uniformly by area.

    Returns:
        The points, (n, 3) float64 in the mesh's unit, and the face each lies on, (n,) int64.

    Raises:
        BadShape: a vertex is not finite, or the faces have no area.
    """
    return Surface(mesh).sample(n, rng)


def farthest_indices(points: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Thins a cloud by farthest-point sampling from a random start.

    Args:
        points: (P, 3) finite coordinates.

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
    # Open3D returns points only; their row numbers travel with them as colours.
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
    """The (n, 3) points that `farthest_indices` keeps."""
    return points[farthest_indices(points, n, rng)]


def prepare_cloud(
    geometry: Cloud | Mesh, n_points: int, rng: np.random.Generator, oversample: int = 4
) -> np.ndarray:
    """Turns what was read into the cloud that INRs are fitted to.

    Returns:
        (n_points, 3) float32, unit sphere.

    Raises:
        BadShape: coordinates are not finite, there are too few points, or no extent or area.
    """
    return normalize(thinned(geometry, n_points, rng, oversample)[0])


def thinned(
    geometry: Cloud | Mesh, n_points: int, rng: np.random.Generator, oversample: int = 4
) -> tuple[np.ndarray, np.ndarray | None]:
    """So many points of a shape, far from one another, in its own unit.

    A mesh is sampled at `oversample * n_points` surface points first, which farthest-point
    sampling thins, as the paper's clouds are.

    Returns:
        (n_points, 3); and (n_points,) int64, the points' own `parts` or the `face_parts` of the
        faces that they lie on, or None where the geometry has no parts.

    Raises:
        BadShape: coordinates are not finite, there are too few points, or no area.
    """
    if isinstance(geometry, Mesh):
        points, faces = sample_surface(geometry, oversample * n_points, rng)
        parts = None if geometry.face_parts is None else geometry.face_parts[faces]
    else:
        points, parts = geometry.points, geometry.parts
        check_finite(points)
    kept = farthest_indices(points, n_points, rng)
    return points[kept], None if parts is None else parts[kept]
