"""Geometry as it was read from a file, in the file's own unit."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Union

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.frames import check_finite
from inr2vec_core.geometry.surface import Surface


class Geometry(ABC):
    """What a file holds, or two files that belong together."""

    @abstractmethod
    def check_finite(self) -> None:
        """Check the coordinates.

        Raises:
            BadShape: some are NaN or infinite; the message counts them.
        """

    @property
    def visible(self) -> Union["Cloud", "Mesh"]:
        """The geometry that a cloud's points are taken from."""
        return self

    @property
    def complete_shape(self) -> Union["Cloud", "Mesh"]:
        """The complete shape, which differs from `visible` in a `Pair` only."""
        return self

    def as_mesh(self) -> Union["Mesh", None]:
        """The mesh, or None for a cloud."""
        return None


@dataclass(frozen=True)
class Cloud(Geometry):
    """Points, perhaps with the part that each belongs to.

    Attributes:
        points: (P, 3) float64, in the file's unit.
        parts: (P,) int64 indices into `part_names`, or None.
        part_names: the names of the parts.
    """

    points: np.ndarray
    parts: np.ndarray | None = None
    part_names: tuple[str, ...] = ()

    def check_finite(self) -> None:
        check_finite(self.points)

    def surface_points(
        self, n: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """All points of the cloud, whatever `n`, and their parts.

        Raises:
            BadShape: some coordinates are NaN or infinite.
        """
        self.check_finite()
        return self.points, self.parts


@dataclass(frozen=True)
class Mesh(Geometry):
    """Triangles, perhaps with the part that each belongs to.

    Attributes:
        vertices: (V, 3) float64, in the file's unit.
        faces: (F, 3) int64.
        face_parts: (F,) int64 indices into `part_names`, or None.
        part_names: the names of the parts.
    """

    vertices: np.ndarray
    faces: np.ndarray
    face_parts: np.ndarray | None = None
    part_names: tuple[str, ...] = ()

    def check_finite(self) -> None:
        check_finite(self.vertices)

    def as_mesh(self) -> "Mesh":
        return self

    def surface_points(
        self, n: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """`n` points of the surface, uniform by area, and the parts of their faces.

        Raises:
            BadShape: a vertex is not finite, or the faces have no area.
        """
        points, faces = Surface(self.vertices, self.faces).sample(n, rng)
        return points, None if self.face_parts is None else self.face_parts[faces]


@dataclass(frozen=True)
class Pair(Geometry):
    """A cloud and the shape that it is of, which gives it a frame.

    Attributes:
        cloud: the points.
        complete: the complete shape that `cloud` is a part of, or the mesh that it was drawn on.
    """

    cloud: Cloud
    complete: Cloud | Mesh

    def check_finite(self) -> None:
        self.cloud.check_finite()
        self.complete.check_finite()

    @property
    def visible(self) -> Cloud:
        return self.cloud

    @property
    def complete_shape(self) -> Cloud | Mesh:
        return self.complete

    def as_mesh(self) -> Mesh | None:
        return self.complete.as_mesh()


@dataclass(frozen=True)
class Grid(Geometry):
    """Voxels, which have no points, so that only the field occ can use them.

    Attributes:
        values: (A, B, C) of bool, integers or floats; the axes are x, y, z.
    """

    values: np.ndarray

    def check_finite(self) -> None:
        """Nothing to check: a grid has no coordinates."""

    @property
    def visible(self):
        raise self._only_occ()

    @property
    def complete_shape(self):
        raise self._only_occ()

    def as_mesh(self):
        raise self._only_occ()

    def _only_occ(self) -> BadShape:
        return BadShape("is a voxel grid: only a data set with `field: occ` can use it")
