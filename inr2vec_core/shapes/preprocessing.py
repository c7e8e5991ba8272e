"""One shape's geometry as its data set wants it: a cloud, a mesh with an inside, or voxels."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.frames import Frame
from inr2vec_core.geometry.mesh_repair import close_mesh
from inr2vec_core.geometry.raw import Cloud, Grid, Mesh, Pair
from inr2vec_core.geometry.shapes import CloudShape, MeshShape, PartLabels, Shape, VoxelShape
from inr2vec_core.geometry.surface import thinned
from inr2vec_core.geometry.voxels import fill_mesh, place_grid, voxelize
from inr2vec_core.shapes.augmentation import augment
from inr2vec_core.shapes.partial_views import partial_view


@dataclass(frozen=True)
class ShapeSettings:
    """What a data set makes of its shapes.

    Attributes:
        field: "udf" (clouds), "sdf" (meshes) or "occ" (voxels).
        points: of each cloud; voxels are those that hold one of them.
        resolution: voxels along each axis.
        solid: voxels fill a mesh instead.
        open_meshes: what becomes of meshes that are not watertight; see `meshes.close_mesh`.
        side: "complete", or "partial" for what can be seen of complete shapes from a random side.
        frame: of clouds; "own", "complete" for the complete cloud's, or "mesh" for that of the
            mesh that they were drawn on, as data sets of meshes have it.
    """

    field: str = "udf"
    points: int = 2048
    resolution: int = 64
    solid: bool = False
    open_meshes: str = "winding"
    side: str = "complete"
    frame: str = "own"


class Prepared(NamedTuple):
    """A shape in units of its frame's sphere, how it was made, and the frame.

    `form` is "cloud" or "partial"; a mesh's fate, "watertight", "repaired" or "winding"; or of
    voxels "read", "shell" or "solid" with the fate of the mesh that was filled. A grid that was
    read has no frame.
    """

    shape: Shape
    form: str
    frame: Frame | None


def prepare(
    geometry: Cloud | Mesh | Grid | Pair,
    settings: ShapeSettings,
    rng: np.random.Generator,
    rng_of_whole: np.random.Generator | None = None,
) -> Prepared:
    """A normalised shape from which `discretize` makes the data set's.

    Complete clouds of the field udf keep the parts of their points.

    Args:
        rng_of_whole: of a partial cloud in the complete cloud's frame, the stream that the
            complete cloud is drawn with, for its points decide the frame.

    Raises:
        BadShape: the geometry is bad, or of a kind that has no such field.
    """
    if isinstance(geometry, Grid):
        if settings.field != "occ":
            raise BadShape("is a voxel grid: only a data set with `field: occ` can use it")
        return Prepared(VoxelShape(place_grid(geometry.values, settings.resolution)), "read", None)
    if settings.field == "sdf" or settings.solid:
        return _closed(geometry, settings)
    if settings.side == "partial" and not isinstance(geometry, Pair):
        geometry = Pair(partial_view(geometry, settings.points, rng), geometry)
    cloud = geometry.cloud if isinstance(geometry, Pair) else geometry
    kept, parts = thinned(cloud, settings.points, rng)
    frame = _frame_of(kept, geometry, settings, rng_of_whole)
    points = frame.place(kept)
    if settings.field != "udf":
        return Prepared(CloudShape(points), "shell", frame)
    if settings.side == "partial":
        return Prepared(CloudShape(points), "partial", frame)
    if parts is None or not cloud.part_names:
        return Prepared(CloudShape(points), "cloud", frame)
    labels = PartLabels(cloud.part_names, parts.astype(np.int16))
    return Prepared(CloudShape(points, labels), "cloud", frame)


def _closed(geometry: Cloud | Mesh | Pair, settings: ShapeSettings) -> Prepared:
    """A mesh with an inside."""
    mesh = geometry.whole if isinstance(geometry, Pair) else geometry
    if isinstance(mesh, Cloud):
        raise BadShape(
            "is a point cloud, which has no inside: set the data set's field to udf, or to "
            "occ without `solid`"
        )
    closed, fate = close_mesh(mesh, settings.open_meshes)
    frame = Frame.of(closed.vertices)
    shape = MeshShape(
        frame.place(closed.vertices), closed.faces.astype(np.int32), fate != "winding"
    )
    return Prepared(shape, fate if settings.field == "sdf" else f"solid, {fate}", frame)


def _frame_of(
    points: np.ndarray,
    geometry: Cloud | Mesh | Pair,
    settings: ShapeSettings,
    rng_of_whole: np.random.Generator | None,
) -> Frame:
    """The frame that a cloud's points (n, 3) are placed in."""
    whole = geometry.whole if isinstance(geometry, Pair) else geometry
    if settings.frame == "own" or (settings.frame == "complete" and whole is geometry):
        return Frame.of(points)
    if settings.frame == "complete":
        return Frame.of(thinned(whole, settings.points, rng_of_whole)[0])
    if not isinstance(whole, Mesh):
        raise BadShape("is a cloud, not drawn on a mesh: set the data set's frame to own")
    return Frame.of(close_mesh(whole, settings.open_meshes)[0].vertices)


def augmented(shape: Shape, rng: np.random.Generator) -> Shape:
    """A stretched copy of a prepared shape; clouds are jittered too (paper, Appendix G).

    Raises:
        InputError: it is a grid, whose voxels cannot be stretched.
    """
    if isinstance(shape, CloudShape):
        return replace(shape, points=augment(shape.points, rng))
    if isinstance(shape, MeshShape):
        return MeshShape(augment(shape.vertices, rng, jitter=0), shape.faces, shape.closed)
    raise InputError("voxel grids that are read cannot be stretched: set augment_copies to 0")


def discretize(shape: Shape, settings: ShapeSettings) -> Shape:
    """The shape in the form of the data set's field: voxels of a cloud or mesh, or itself.

    Raises:
        BadShape: a mesh is too thin for any voxel's centre to lie inside.
    """
    if settings.field != "occ" or isinstance(shape, VoxelShape):
        return shape
    if isinstance(shape, CloudShape):
        return VoxelShape(voxelize(shape.points, settings.resolution))
    grid = fill_mesh(shape.signed_distance(), settings.resolution)
    if not grid.any():
        raise BadShape(
            f"no voxel's centre lies inside at a resolution of {settings.resolution}: raise it"
        )
    return VoxelShape(grid)
