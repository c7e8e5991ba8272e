"""A field's shape back in discrete form, whatever the field, and how near it is to the original."""

import numpy as np
import torch
from scipy.spatial import cKDTree
from torch import Tensor

from .errors import BadShape
from .geometry import CloudShape, MeshShape, Shape, VoxelShape
from .metrics import compare
from .reconstruction import (
    CloudSettings,
    Field,
    cloud_from_udf,
    mesh_from_sdf,
    voxels_from_occupancy,
)
from .voxels import occupied_centroids

# Fewer rounds than it could take: a field whose surface is nearly gone counts as having none.
CLOUD = CloudSettings(rounds=60)


def rebuild(
    field: str,
    values: Field,
    size: int,
    generator: torch.Generator,
    device: torch.device | str = "cpu",
    cloud: CloudSettings = CLOUD,
) -> Shape:
    """The shape of a field (paper, Appendix C).

    Args:
        field: "udf", "sdf" or "occ".
        values: the field, (m, 3) -> (m,); see `fields.field_values`.
        size: points of a cloud; cells along each axis of the grid that gives a mesh, or voxels.
        generator: a CPU generator, for a cloud's seeds.

    Raises:
        BadShape: the field has no surface inside the cube, or too little of it.
    """
    if field == "udf":
        return CloudShape(cloud_from_udf(values, size, generator, cloud, device).cpu().numpy())
    if field == "sdf":
        return mesh_from_sdf(values, size, device=device)
    return voxels_from_occupancy(values, size, device=device)


def comparable_points(shape: Shape, n: int, rng: np.random.Generator) -> np.ndarray:
    """Points that stand for a shape: (m, 3).

    A cloud's own points, n random points of a mesh's surface, the centroids of occupied voxels.
    """
    if isinstance(shape, CloudShape):
        return shape.points
    if isinstance(shape, VoxelShape):
        return occupied_centroids(shape.grid)
    return shape.surface.sample(n, rng)[0]


def distance_between(
    original: Shape, rebuilt: Shape, n: int, rng: np.random.Generator, threshold: float = 0.01
) -> tuple[float, float]:
    """Chamfer distance and F-score of `comparable_points`; n points of each mesh."""
    return compare(
        comparable_points(rebuilt, n, rng), comparable_points(original, n, rng), threshold
    )


def rebuilt_without_loss(
    original: Shape, size: int, generator: torch.Generator, cloud: CloudSettings = CLOUD
) -> Shape:
    """What a perfect INR would give back: the best that any rebuilt shape can reach.

    A cloud is rebuilt from its exact distances; meshes and grids are themselves, so that a mesh
    is compared with another sample of its own surface.
    """
    if isinstance(original, MeshShape | VoxelShape):
        return original
    return rebuild("udf", _ExactDistance(original.points), size, generator, cloud=cloud)


class _ExactDistance:
    """The UDF of a cloud, as a field with its gradient."""

    def __init__(self, points: np.ndarray):
        self._points, self._tree = points, cKDTree(points)

    def __call__(self, queries: Tensor) -> Tensor:
        return self.value_and_gradient(queries)[0]

    def value_and_gradient(self, queries: Tensor) -> tuple[Tensor, Tensor]:
        """(m, 3) -> (m,) and (m, 3)."""
        distance, nearest = self._tree.query(queries.numpy())
        away = queries - torch.from_numpy(self._points[nearest])
        distance = torch.from_numpy(distance).to(queries)
        return distance, away / distance.clamp_min(1e-12).unsqueeze(1)


def shape_or_none(*args, **kwargs) -> Shape | None:
    """`rebuild`, or None where there is no surface."""
    try:
        return rebuild(*args, **kwargs)
    except BadShape:
        return None
