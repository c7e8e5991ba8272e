"""Where decoded meshes and voxel grids are cut.

The paper cuts a decoded field where the fitted ones are cut: at distance 0 and probability 0.4. But
a decoder is less sure than an INR. A wall that it can place only roughly is nowhere inside, and
the focal loss, which gives an easy voxel next to no weight, leaves empty space just below 0.6. A
constant added to all logits, chosen on validation shapes, mends both.
"""

import logging
from collections.abc import Iterable
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.inrs.fields import field_values
from inr2vec_core.reconstruction.evaluate import FAILED, distance_or_failed
from inr2vec_core.reconstruction.extract import Field, grid_values, mesh_from_grid, voxels_from_grid
from inr2vec_core.reconstruction.reconstruct import matching_size
from inr2vec_core.utils.seeding import numpy_stream

_log = logging.getLogger(__name__)
# Of logits: meshes cut at distances from -0.01 to 0.054, voxels at probabilities from 0.35 to 0.69;
# of equals the first is taken.
SHIFTS = tuple(sorted((k / 10 for k in range(-12, 3)), key=abs))


class HasLogits(Protocol):
    """An inr2vec: its field, and the decoder's logits for an embedding."""

    field: str

    def logits(self, embedding: Tensor) -> Field:
        """The logits of one embedding (e,), unshifted."""


@torch.no_grad()
def calibrate_iso_level(
    model: HasLogits,
    examples: Iterable[tuple[str, Shape, Tensor]],
    points: int,
    resolution: int,
    seed: int,
) -> float:
    """Of `SHIFTS` the one with the least mean Chamfer distance of decoded shapes.

    Where a shape has no surface it counts as where it is worst: one shape must not decide for all.
    Clouds, which points are moved to and nothing cuts, keep 0.

    Args:
        examples: name, shape and embedding (e,) of shapes that were not trained on.
        points: drawn on meshes. resolution: of the grid that a mesh is cut from.
    """
    if model.field == "udf":
        return 0.0
    centroids = model.field == "occ"
    cut = voxels_from_grid if centroids else mesh_from_grid
    rows = []
    for name, original, embedding in examples:
        size = matching_size(original, points, resolution)
        logits = grid_values(model.logits(embedding), size, embedding.device, centroids=centroids)
        values = (field_values(logits + shift, model.field).cpu().numpy() for shift in SHIFTS)
        rows.append([
            distance_or_failed(
                original, points, numpy_stream(seed, "level", name), cut, at_level
            )
            for at_level in values
        ])  # fmt: skip
    distances = np.array(rows)
    means = np.minimum(distances, _worst_found(distances)).mean(0)
    best = int(means.argmin())
    _log.info(
        "decoded shapes are cut with logits shifted by %g: mean Chamfer distance %.5f, unshifted "
        "%.5f", SHIFTS[best], means[best], means[0],
    )  # fmt: skip
    return SHIFTS[best]


def _worst_found(distances: np.ndarray) -> np.ndarray:
    """Of each row the largest distance that is none of a failure: (n, levels) -> (n, 1)."""
    found = np.where(distances < FAILED, distances, 0)
    return np.where((distances < FAILED).any(1), found.max(1), FAILED)[:, None]
