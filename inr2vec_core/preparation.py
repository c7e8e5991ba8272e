"""One shape's geometry as its data set wants it: a cloud, a mesh with an inside, or voxels."""

from dataclasses import dataclass, replace

import numpy as np

from .clouds import augment, normalise, prepare_labelled_cloud
from .errors import BadShape, InputError
from .geometry import CloudShape, MeshShape, PartLabels, Shape, VoxelShape
from .meshes import close_mesh
from .readers import Cloud, Grid, Mesh
from .voxels import fill_mesh, place_grid, voxelise

FORMS = {"udf": CloudShape, "sdf": MeshShape, "occ": VoxelShape}


@dataclass(frozen=True)
class ShapeSettings:
    """What a data set makes of its shapes.

    Attributes:
        field: "udf" (clouds), "sdf" (meshes) or "occ" (voxels).
        points: of each cloud; voxels are those that hold one of them.
        resolution: voxels along each axis.
        solid: voxels fill a mesh instead.
        open_meshes: what becomes of meshes that are not watertight; see `meshes.close_mesh`.
    """

    field: str = "udf"
    points: int = 2048
    resolution: int = 64
    solid: bool = False
    open_meshes: str = "winding"


def prepare(
    geometry: Cloud | Mesh | Grid, settings: ShapeSettings, rng: np.random.Generator
) -> tuple[Shape, str]:
    """A normalised shape from which `discretise` makes the data set's, and how it was made.

    Clouds of the field udf keep the parts of their points.

    Returns:
        The shape; and "cloud"; a mesh's fate, "watertight", "repaired" or "winding"; or of voxels
        "read", "shell" or "solid" with the fate of the mesh that was filled.

    Raises:
        BadShape: the geometry is bad, or of a kind that has no such field.
    """
    if isinstance(geometry, Grid):
        if settings.field != "occ":
            raise BadShape("is a voxel grid: only a data set with `field: occ` can use it")
        return VoxelShape(place_grid(geometry.values, settings.resolution)), "read"
    if settings.field == "sdf" or settings.solid:
        if isinstance(geometry, Cloud):
            raise BadShape(
                "is a point cloud, which has no inside: set the data set's field to udf, or to "
                "occ without `solid`"
            )
        closed, fate = close_mesh(geometry, settings.open_meshes)
        vertices, _, _ = normalise(closed.vertices)
        mesh = MeshShape(vertices, closed.faces.astype(np.int32), fate != "winding")
        return mesh, fate if settings.field == "sdf" else f"solid, {fate}"
    points, parts = prepare_labelled_cloud(geometry, settings.points, rng)
    if settings.field != "udf":
        return CloudShape(points), "shell"
    if parts is None or not geometry.part_names:
        return CloudShape(points), "cloud"
    return CloudShape(points, PartLabels(geometry.part_names, parts.astype(np.int16))), "cloud"


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


def discretise(shape: Shape, settings: ShapeSettings) -> Shape:
    """The shape in the form of the data set's field: voxels of a cloud or mesh, or itself.

    Raises:
        BadShape: a mesh is too thin for any voxel's centre to lie inside.
    """
    if settings.field != "occ" or isinstance(shape, VoxelShape):
        return shape
    if isinstance(shape, CloudShape):
        return VoxelShape(voxelise(shape.points, settings.resolution))
    grid = fill_mesh(shape.signed_distance(), settings.resolution)
    if not grid.any():
        raise BadShape(
            f"no voxel's centre lies inside at a resolution of {settings.resolution}: raise it"
        )
    return VoxelShape(grid)
