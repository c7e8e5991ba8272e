"""The three forms of a prepared shape, in the unit sphere or cube, and their place in a shard.

Clouds and grids of a data set have one size and are rows of one array. Meshes differ: their
vertices and faces lie one mesh after another, and `*_start` says where each begins. Parts of a
cloud's points are rows as well, of numbers whose names the shard tells once, in `part_names`.
"""

from dataclasses import dataclass

import numpy as np

from inr2vec_core.geometry.raw import Mesh
from inr2vec_core.geometry.signed_distance import SignedDistance
from inr2vec_core.geometry.surface import Surface
from inr2vec_core.geometry.voxels import occupied_centroids


@dataclass(frozen=True)
class PartLabels:
    """The part of each point of a cloud: `index` (n,) int16 into `names`.

    A name is one of the shape's class: the "leg" of a chair and that of a table are two parts.
    Of `names` some may be no point's, for all clouds of a shard share one tuple.
    """

    names: tuple[str, ...]
    index: np.ndarray


@dataclass(frozen=True)
class CloudShape:
    """Points (n, 3) float32, and their parts where they are known."""

    points: np.ndarray
    parts: PartLabels | None = None


@dataclass(frozen=True)
class MeshShape:
    """Vertices (V, 3) float32, faces (F, 3) int32, counter-clockwise seen from outside.

    `closed` says that the surface bounds a volume, so that counting its crossings along a ray
    tells inside from outside; otherwise winding numbers do.
    """

    vertices: np.ndarray
    faces: np.ndarray
    closed: bool = True

    def signed_distance(self) -> SignedDistance:
        """The signed distance to the surface. Not to be kept: a process may have 1,000 of them."""
        return SignedDistance(self.vertices, self.faces, self.closed)

    def surface(self) -> Surface:
        """The surface to draw points from, three times as large as the mesh."""
        return Surface(Mesh(self.vertices, self.faces))


@dataclass(frozen=True)
class VoxelShape:
    """Occupancy (R, R, R) bool of the cubes that [-1, 1]^3 is cut into; the axes are x, y, z."""

    grid: np.ndarray


Shape = CloudShape | MeshShape | VoxelShape


def bounds(shape: Shape) -> np.ndarray:
    """The lowest and highest x, y, z of a shape: (6,)."""
    if isinstance(shape, VoxelShape):
        points = occupied_centroids(shape.grid)
    else:
        points = shape.points if isinstance(shape, CloudShape) else shape.vertices
    return np.concatenate([points.min(0), points.max(0)])


FORMS = {"udf": CloudShape, "sdf": MeshShape, "occ": VoxelShape}
