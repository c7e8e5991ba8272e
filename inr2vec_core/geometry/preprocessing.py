"""Raw geometry made into what a modality prepares: a placed cloud, or a mesh with an inside."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.frames import Frame
from inr2vec_core.geometry.mesh_repair import close_mesh
from inr2vec_core.geometry.partial_views import partial_view
from inr2vec_core.geometry.raw import Cloud, Geometry, Mesh, Pair
from inr2vec_core.geometry.shapes import CloudShape, MeshShape, PartLabels, Shape
from inr2vec_core.geometry.surface import farthest_indices
from inr2vec_core.utils.settings import Settings


@dataclass(frozen=True)
class ShapeSettings(Settings):
    """What a data set makes of its shapes.

    Attributes:
        field: the name of the data set's modality.
        points: points of each cloud; voxels are those that hold one of them.
        resolution: voxels along each axis.
        solid: whether voxels fill a mesh instead.
        open_meshes: what becomes of meshes that are not watertight; see `close_mesh`.
        side: "complete", or "partial" for what can be seen of complete shapes from a random side.
        frame: of clouds; "own", "complete" for the complete cloud's, or "mesh" for that of the
            mesh that they were drawn on, as data sets of meshes have it.
        fill: whether a cloud of fewer points than `points` is filled up by repeating them, which
            leaves its distances as they are; otherwise it is a bad shape.
    """

    field: str = "udf"
    points: int = 2048
    resolution: int = 64
    solid: bool = False
    open_meshes: str = "winding"
    side: str = "complete"
    frame: str = "own"
    fill: bool = False


class Prepared(NamedTuple):
    """A shape in units of its frame's sphere.

    Attributes:
        shape: the shape.
        preparation: how it was prepared: "cloud" or "partial"; of a mesh "watertight", "repaired"
            or "winding"; of voxels "read", "shell", or "solid" with the state of the filled mesh.
        frame: the frame; None for a grid that was read.
    """

    shape: Shape
    preparation: str
    frame: Frame | None


def thinned(
    geometry: Cloud | Mesh, n_points: int, rng: np.random.Generator, oversample: int = 4
) -> tuple[np.ndarray, np.ndarray | None]:
    """Points of a shape that lie far from one another, in its own unit.

    A mesh is sampled at `oversample * n_points` surface points first, which farthest-point
    sampling thins, as the paper's clouds are.

    Args:
        geometry: a cloud or mesh.
        n_points: points wanted.
        rng: the random stream.
        oversample: points drawn on a mesh for each that is kept.

    Returns:
        The points, (n_points, 3); and their parts, (n_points,) int64, or None where the geometry
        has none.

    Raises:
        BadShape: coordinates are not finite, there are too few points, or no area.
    """
    points, parts = geometry.surface_points(oversample * n_points, rng)
    kept = farthest_indices(points, n_points, rng)
    return points[kept], None if parts is None else parts[kept]


def prepare_cloud(
    geometry: Geometry,
    settings: ShapeSettings,
    rng: np.random.Generator,
    rng_of_complete: np.random.Generator | None = None,
) -> tuple[CloudShape, Frame]:
    """A cloud in units of its frame's sphere, and the frame.

    Complete clouds keep the parts of their points.

    Args:
        geometry: what was read.
        settings: what the data set makes of it.
        rng: draws the points, and the side that a partial cloud is seen from.
        rng_of_complete: of a partial cloud in the complete cloud's frame, the stream that the
            complete cloud is drawn with, for its points decide the frame.

    Raises:
        BadShape: the geometry is bad, or a grid.
    """
    if settings.side == "partial" and geometry.visible is geometry.complete_shape:
        geometry = Pair(partial_view(geometry, settings.points, rng), geometry)
    cloud = geometry.visible
    wanted = settings.points
    if settings.fill and isinstance(cloud, Cloud):
        wanted = min(wanted, len(cloud.points))
    kept, parts = thinned(cloud, wanted, rng)
    frame = _frame_of(kept, geometry, settings, rng_of_complete)
    points = frame.place(kept)
    if wanted < settings.points:
        points = np.resize(points, (settings.points, 3))
        parts = None if parts is None else np.resize(parts, settings.points)
    if settings.side == "partial" or parts is None or not cloud.part_names:
        return CloudShape(points), frame
    return CloudShape(points, PartLabels(cloud.part_names, parts.astype(np.int16))), frame


def prepare_mesh(geometry: Geometry, open_meshes: str) -> tuple[MeshShape, str, Frame]:
    """A mesh with an inside, in units of its frame's sphere.

    Args:
        geometry: what was read.
        open_meshes: what becomes of meshes that are not watertight; see `close_mesh`.

    Returns:
        The mesh; what `close_mesh` says of it; and the frame.

    Raises:
        BadShape: the geometry is bad, or no mesh.
    """
    mesh = geometry.as_mesh()
    if mesh is None:
        raise BadShape(
            "is a point cloud, which has no inside: set the data set's field to udf, or to "
            "occ without `solid`"
        )
    closed, repair_status = close_mesh(mesh, open_meshes)
    frame = Frame.of(closed.vertices)
    vertices, faces = frame.place(closed.vertices), closed.faces.astype(np.int32)
    return MeshShape(vertices, faces, repair_status != "winding"), repair_status, frame


def _frame_of(
    points: np.ndarray,
    geometry: Geometry,
    settings: ShapeSettings,
    rng_of_complete: np.random.Generator | None,
) -> Frame:
    """The frame that a cloud's points (n, 3) are placed in."""
    complete = geometry.visible is geometry.complete_shape
    if settings.frame == "own" or (settings.frame == "complete" and complete):
        return Frame.of(points)
    if settings.frame == "complete":
        return Frame.of(thinned(geometry.complete_shape, settings.points, rng_of_complete)[0])
    mesh = geometry.as_mesh()
    if mesh is None:
        raise BadShape("is a cloud, not drawn on a mesh: set the data set's frame to own")
    return Frame.of(close_mesh(mesh, settings.open_meshes)[0].vertices)
