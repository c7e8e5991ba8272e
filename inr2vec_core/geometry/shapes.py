"""The three forms of a prepared shape, in the unit sphere or cube.

A form answers all that depends on it alone: which points stand for it, how large it is, what is
drawn or written of it. What depends on the field that is fitted to it is in `modalities/`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.augmentation import augment
from inr2vec_core.geometry.mesh_repair import is_watertight
from inr2vec_core.geometry.signed_distance import SignedDistance
from inr2vec_core.geometry.surface import Surface
from inr2vec_core.geometry.voxels import fill_mesh, occupied_centroids, voxelize


@dataclass(frozen=True)
class PartLabels:
    """The part of each point of a cloud.

    A name is one of the shape's class: the "leg" of a chair and that of a table are two parts.

    Attributes:
        names: the names of parts, one tuple for all clouds of a shard, so that some may be no
            point's.
        index: (n,) int16 indices into `names`.
    """

    names: tuple[str, ...]
    index: np.ndarray


class ShapeVisitor(ABC):
    """One method for each kind of primitive that shapes consist of; see `Shape.accept`."""

    @abstractmethod
    def visit_points(self, points: np.ndarray) -> Any:
        """Points (n, 3)."""

    @abstractmethod
    def visit_triangles(self, vertices: np.ndarray, faces: np.ndarray) -> Any:
        """Vertices (V, 3) and faces (F, 3), counter-clockwise seen from outside."""

    @abstractmethod
    def visit_voxels(self, grid: np.ndarray) -> Any:
        """Occupancy (R, R, R) bool of the cubes that [-1, 1]^3 is cut into."""


class Shape(ABC):
    """A cloud, a mesh or a voxel grid.

    Attributes:
        can_be_stretched: whether there are augmented copies of the form.
    """

    can_be_stretched = True

    @abstractmethod
    def evaluation_points(self, n_points: int, rng: np.random.Generator) -> np.ndarray:
        """Points that stand for the shape where it is compared with another: (m, 3).

        Args:
            n_points: points drawn on a mesh; clouds and grids have their own.
            rng: the random stream of those points.
        """

    @abstractmethod
    def matching_size(self, n_points: int | None, resolution: int) -> int:
        """The size that a shape is reconstructed in to be compared with this one.

        Args:
            n_points: of a cloud, or None for as many as this one has.
            resolution: of the grid that a mesh is extracted from; a grid keeps its own.
        """

    @abstractmethod
    def is_empty(self) -> bool:
        """Whether there are no points, no faces or no occupied voxel."""

    @abstractmethod
    def stretched(self, rng: np.random.Generator) -> "Shape":
        """An augmented copy (paper, Appendix G).

        Raises:
            BadShape: the copy has no extent.
            InputError: the form cannot be stretched.
        """

    @abstractmethod
    def to_array(self) -> np.ndarray:
        """The shape as one array: points (n, 3), corners (F, 3, 3) or occupancy (R, R, R)."""

    @abstractmethod
    def accept(self, visitor: ShapeVisitor) -> Any:
        """Whatever the visitor's method for this form returns."""

    @abstractmethod
    def voxelized(self, resolution: int) -> np.ndarray:
        """The voxels of the shape: (R, R, R) bool; a grid's own, whatever the resolution.

        Raises:
            BadShape: a mesh is too thin for any voxel's center to lie inside.
        """

    def bounds(self) -> np.ndarray:
        """The lowest and highest x, y, z: (6,)."""
        points = self._extreme_points()
        return np.concatenate([points.min(0), points.max(0)])

    @abstractmethod
    def _extreme_points(self) -> np.ndarray:
        """Points (m, 3) that the bounds are taken of."""

    def occupied_share(self) -> float:
        """The share of voxels that are occupied; NaN where there are no voxels."""
        return np.nan

    def quality(self) -> dict[str, bool]:
        """What a table says of the shape alone: `watertight` of a mesh."""
        return {}

    def part_labels(self) -> PartLabels:
        """The parts of the points.

        Raises:
            BadShape: they have none.
        """
        raise BadShape(
            f"it is a {type(self).__name__}, and parts are those of clouds (`field: udf`)"
        )


@dataclass(frozen=True)
class CloudShape(Shape):
    """A point cloud.

    Attributes:
        points: (n, 3) float32.
        parts: the parts of the points, where they are known.
    """

    points: np.ndarray
    parts: PartLabels | None = None

    def evaluation_points(self, n_points: int, rng: np.random.Generator) -> np.ndarray:
        return self.points

    def matching_size(self, n_points: int | None, resolution: int) -> int:
        return n_points or len(self.points)

    def is_empty(self) -> bool:
        return len(self.points) == 0

    def stretched(self, rng: np.random.Generator) -> "CloudShape":
        return replace(self, points=augment(self.points, rng))

    def to_array(self) -> np.ndarray:
        return self.points

    def accept(self, visitor: ShapeVisitor) -> Any:
        return visitor.visit_points(self.points)

    def voxelized(self, resolution: int) -> np.ndarray:
        return voxelize(self.points, resolution)

    def _extreme_points(self) -> np.ndarray:
        return self.points

    def part_labels(self) -> PartLabels:
        if self.parts is None:
            raise BadShape("its points have no part labels")
        return self.parts


@dataclass(frozen=True)
class MeshShape(Shape):
    """A triangle mesh.

    Attributes:
        vertices: (V, 3) float32.
        faces: (F, 3) int32, counter-clockwise seen from outside.
        closed: whether the surface bounds a volume, so that counting its crossings along a ray
            shows what is inside; otherwise winding numbers do.
    """

    vertices: np.ndarray
    faces: np.ndarray
    closed: bool = True

    def signed_distance(self) -> SignedDistance:
        """The signed distance to the surface. Not to be kept: a process may have 1,000 of them."""
        return SignedDistance(self.vertices, self.faces, self.closed)

    def surface(self) -> Surface:
        """The surface to draw points from, three times as large as the mesh."""
        return Surface(self.vertices, self.faces)

    def evaluation_points(self, n_points: int, rng: np.random.Generator) -> np.ndarray:
        return self.surface().sample(n_points, rng)[0]

    def matching_size(self, n_points: int | None, resolution: int) -> int:
        return resolution

    def is_empty(self) -> bool:
        return len(self.faces) == 0

    def stretched(self, rng: np.random.Generator) -> "MeshShape":
        return replace(self, vertices=augment(self.vertices, rng, jitter=0))

    def to_array(self) -> np.ndarray:
        return self.vertices[self.faces]

    def accept(self, visitor: ShapeVisitor) -> Any:
        return visitor.visit_triangles(self.vertices, self.faces)

    def voxelized(self, resolution: int) -> np.ndarray:
        grid = fill_mesh(self.signed_distance(), resolution)
        if not grid.any():
            raise BadShape(
                f"no voxel's center lies inside at a resolution of {resolution}: raise it"
            )
        return grid

    def _extreme_points(self) -> np.ndarray:
        return self.vertices

    def quality(self) -> dict[str, bool]:
        return {"watertight": is_watertight(self.vertices, self.faces)}


@dataclass(frozen=True)
class VoxelShape(Shape):
    """A voxel grid.

    Attributes:
        grid: occupancy (R, R, R) bool of the cubes that [-1, 1]^3 is cut into; axes x, y, z.
    """

    grid: np.ndarray

    can_be_stretched = False

    def evaluation_points(self, n_points: int, rng: np.random.Generator) -> np.ndarray:
        return occupied_centroids(self.grid)

    def matching_size(self, n_points: int | None, resolution: int) -> int:
        return len(self.grid)

    def is_empty(self) -> bool:
        return not self.grid.any()

    def stretched(self, rng: np.random.Generator) -> "VoxelShape":
        raise InputError("voxel grids that are read cannot be stretched")

    def to_array(self) -> np.ndarray:
        return self.grid

    def accept(self, visitor: ShapeVisitor) -> Any:
        return visitor.visit_voxels(self.grid)

    def voxelized(self, resolution: int) -> np.ndarray:
        return self.grid

    def _extreme_points(self) -> np.ndarray:
        return occupied_centroids(self.grid)

    def occupied_share(self) -> float:
        return float(self.grid.mean())
