"""Where decoded meshes and voxel grids are cut.

The paper cuts a decoded field where the fitted ones are cut: at distance 0 and probability 0.4. But
a decoder is less sure than an INR. A wall that it can place only roughly is nowhere inside, and
the focal loss, which gives an easy voxel next to no weight, leaves empty space just below 0.6. A
constant added to all logits, chosen on validation shapes, mends both.
"""

import logging
from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.models.shape_decoder import ShapeDecoder
from inr2vec_core.reconstruction.evaluate import FAILED, distance_or_failed
from inr2vec_core.utils.seeding import numpy_stream

_log = logging.getLogger(__name__)
# Of logits: meshes cut at distances from -0.01 to 0.054, voxels at probabilities from 0.35 to 0.69;
# of equals the first is taken.
SHIFTS = tuple(sorted((k / 10 for k in range(-12, 3)), key=abs))


@torch.no_grad()
def calibrate_iso_level(
    model: ShapeDecoder,
    examples: Iterable[tuple[str, Shape, Tensor]],
    n_points: int,
    resolution: int,
    seed: int,
) -> float:
    """The one of `SHIFTS` with the least mean Chamfer distance of decoded shapes.

    A shape that has no surface at a level counts as it does at its worst level: one shape must not
    decide for all. Shapes that are not cut, as clouds, keep 0.

    Args:
        model: the trained model.
        examples: name, shape and embedding (e,) of shapes that were not trained on.
        n_points: points drawn on meshes.
        resolution: of the grid that a mesh is extracted from.
        seed: the run's seed.
    """
    modality = model.modality
    if not modality.cut_at_level:
        return 0.0
    rows = []
    for name, original, embedding in examples:
        size = original.matching_size(n_points, resolution)
        logits = modality.values_on_grid(model.logits(embedding), size, embedding.device)
        rows.append([
            distance_or_failed(
                original,
                lambda at=shift, logits=logits: modality.cut(
                    modality.values(logits + at).cpu().numpy()
                ),
                n_points,
                numpy_stream(seed, "level", name),
            )
            for shift in SHIFTS
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
