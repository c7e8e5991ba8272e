"""How near reconstructed shapes are to their originals."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch
from scipy.spatial import cKDTree
from torch import Tensor

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.mesh_repair import is_watertight
from inr2vec_core.geometry.shapes import CloudShape, MeshShape, Shape, VoxelShape
from inr2vec_core.geometry.voxels import occupied_centroids
from inr2vec_core.ops.chamfer import compare
from inr2vec_core.reconstruction.extract import CloudSettings, Field
from inr2vec_core.reconstruction.reconstruct import matching_size, reconstruct
from inr2vec_core.utils.seeding import numpy_stream, torch_stream

FAILED = 100.0  # Chamfer distance that a shape without a surface counts as, while validating


_ONE_MOVE = CloudSettings(moves=1, rounds=40)


class Decodes(Protocol):
    """An inr2vec: its field, and what it decodes from an embedding."""

    field: str

    def decoded(self, embedding: Tensor) -> Field:
        """The field of one embedding (e,)."""


def evaluation_points(shape: Shape, n: int, rng: np.random.Generator) -> np.ndarray:
    """Points that stand for a shape: (m, 3).

    A cloud's own points, n random points of a mesh's surface, the centroids of occupied voxels.
    """
    if isinstance(shape, CloudShape):
        return shape.points
    if isinstance(shape, VoxelShape):
        return occupied_centroids(shape.grid)
    return shape.surface().sample(n, rng)[0]


def distance_between(
    original: Shape, rebuilt: Shape, n: int, rng: np.random.Generator, threshold: float = 0.01
) -> tuple[float, float]:
    """Chamfer distance and F-score of `evaluation_points`; n points of each mesh."""
    return compare(
        evaluation_points(rebuilt, n, rng), evaluation_points(original, n, rng), threshold
    )


def decoded_distance(
    model: Decodes,
    embedding: Tensor,
    original: Shape,
    points: int,
    resolution: int,
    seed: int,
    shape_id: str,
) -> float:
    """Chamfer distance of the shape that is decoded from an embedding (e,), as validations ask.

    Clouds take one move. Meshes are compared by points drawn on them (the paper compares
    vertices, which say nothing of a large flat face).

    Args:
        points: of a cloud, or drawn on meshes. resolution: of the grid that a mesh is cut from.

    Returns:
        The distance; `FAILED` where there is no surface.
    """
    size = matching_size(original, points, resolution)
    stream = torch_stream(seed, "validation", shape_id)
    field = model.decoded(embedding)
    return distance_or_failed(
        original, points, numpy_stream(seed, "validation", shape_id),
        reconstruct, model.field, field, size, stream, embedding.device, _ONE_MOVE,
    )  # fmt: skip


def distance_or_failed(
    original: Shape, points: int, rng: np.random.Generator, make: Callable[..., Shape], *args
) -> float:
    """Chamfer distance to what `make(*args)` gives; `FAILED` where it finds no surface."""
    try:
        return distance_between(original, make(*args), points, rng)[0]
    except BadShape:
        return FAILED


def reconstruction_metrics(
    original: Shape, rebuilt: Shape | None, n: int, rng: np.random.Generator
) -> dict[str, bool | float]:
    """What a table says of one rebuilt shape, or of none (`try_reconstruct`).

    Returns:
        found; f_score, which is 0 where there is no shape; else chamfer too, and whether it is
        watertight for a mesh. See `distance_between`.
    """
    if rebuilt is None:
        return {"found": False, "f_score": 0.0}
    chamfer, f_score = distance_between(original, rebuilt, n, rng)
    row = {"found": True, "chamfer": chamfer, "f_score": f_score}
    if isinstance(rebuilt, MeshShape):
        row["watertight"] = is_watertight(rebuilt.vertices, rebuilt.faces)
    return row


def oracle_reconstruction(
    original: Shape, size: int, generator: torch.Generator, cloud: CloudSettings | None = None
) -> Shape:
    """What a perfect INR would give back: the best that any rebuilt shape can reach.

    A cloud is rebuilt from its exact distances; meshes and grids are themselves, so that a mesh
    is compared with another sample of its own surface.
    """
    if isinstance(original, MeshShape | VoxelShape):
        return original
    return reconstruct("udf", _ExactDistance(original.points), size, generator, cloud=cloud)


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
