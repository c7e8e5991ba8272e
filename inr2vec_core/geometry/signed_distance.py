"""Signed distances to a mesh."""

import numpy as np

from inr2vec_core.geometry.libigl import igl_arrays, igl_module


class SignedDistance:
    """The distance to a mesh, positive outside and negative inside, in the mesh's unit.

    Args:
        vertices: (V, 3), best near the unit sphere: they are rounded to float32.
        faces: (F, 3), counter-clockwise seen from outside.
        closed: whether the inside is found by rays that cross the surface, three a query, so that
            one which meets an edge is outvoted; otherwise winding numbers above 0.5 are inside.
    """

    def __init__(self, vertices: np.ndarray, faces: np.ndarray, closed: bool):
        self.vertices, self.faces, self.closed = vertices, faces, closed
        self._scene = self._winding = None

    def __call__(self, queries: np.ndarray) -> np.ndarray:
        """Distances of queries: (q, 3) float32 -> (q,) float32."""
        scene, points = self._rays(queries)
        if self.closed:
            return scene.compute_signed_distance(points, nthreads=1, nsamples=3).numpy() + 0
        distances = scene.compute_distance(points, nthreads=1).numpy()
        return np.where(self.inside(queries), -distances, distances) + 0  # + 0 leaves no -0.0

    def inside(self, queries: np.ndarray) -> np.ndarray:
        """Whether points lie inside the mesh: (q, 3) float32 -> (q,) bool."""
        if self.closed:
            scene, points = self._rays(queries)
            return scene.compute_occupancy(points, nthreads=1, nsamples=3).numpy() > 0.5
        if self._winding is None:
            self._winding = igl_module().FastWindingNumberBVH()
            self._winding.init(*igl_arrays(self.vertices, self.faces))
        return self._winding.winding_number(np.ascontiguousarray(queries, np.float64)) > 0.5

    def _rays(self, queries: np.ndarray):
        import open3d as o3d  # takes two seconds to import

        if self._scene is None:
            self._scene = o3d.t.geometry.RaycastingScene(nthreads=1)
            vertices = np.ascontiguousarray(self.vertices, np.float32)
            faces = np.ascontiguousarray(self.faces, np.uint32)
            self._scene.add_triangles(o3d.core.Tensor(vertices), o3d.core.Tensor(faces))
        return self._scene, o3d.core.Tensor(np.ascontiguousarray(queries, np.float32))
