"""A field's shape back in discrete form, whatever the field, and how near it is to the original."""

import logging
from collections.abc import Callable

import torch

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.shapes import CloudShape, Shape, VoxelShape
from inr2vec_core.reconstruction.extract import (
    CloudSettings,
    Field,
    cloud_from_udf,
    mesh_from_sdf,
    voxels_from_occupancy,
)


def reconstruct(
    field: str,
    values: Field,
    size: int,
    generator: torch.Generator,
    device: torch.device | str = "cpu",
    cloud: CloudSettings | None = None,
) -> Shape:
    """The shape of a field (paper, Appendix C).

    Args:
        field: "udf", "sdf" or "occ".
        values: the field, (m, 3) -> (m,); see `fields.field_values`.
        size: points of a cloud; vertices along each axis of the grid that gives a mesh; voxels
            along each axis.
        generator: a CPU generator, for a cloud's seeds.

    Raises:
        BadShape: the field has no surface inside the cube, or too little of it.
    """
    if field == "udf":
        return CloudShape(cloud_from_udf(values, size, generator, cloud, device).cpu().numpy())
    if field == "sdf":
        return mesh_from_sdf(values, size, device=device)
    return voxels_from_occupancy(values, size, device=device)


def matching_size(original: Shape, points: int | None, resolution: int) -> int:
    """The `size` that `rebuild` takes for a shape to compare with an original.

    Args:
        points: of a cloud, or None for as many as the original has.
        resolution: of the grid that a mesh is rebuilt from; a grid keeps its own.
    """
    if isinstance(original, CloudShape):
        return points or len(original.points)
    return len(original.grid) if isinstance(original, VoxelShape) else resolution


def try_reconstruct(name: str, make: Callable[..., Shape], *args, **kwargs) -> Shape | None:
    """The shape that `rebuild` or another function makes; None, and a warning, if it cannot."""
    try:
        return make(*args, **kwargs)
    except BadShape as error:
        logging.warning("%s: %s", name, error)
        return None
