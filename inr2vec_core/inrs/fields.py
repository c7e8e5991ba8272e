"""The three fields, what a label of each means, and what a network's plain output stands for.

| field | of | value | label |
|---|---|---|---|
| udf | clouds | distance to the nearest point, at most `CLIP` | 1 - d / CLIP: 1 on a point |
| sdf | meshes | to the surface, negative inside, in ±`CLIP` | (d / CLIP + 1) / 2: 0.5 on it |
| occ | voxel grids | 1 in an occupied voxel, else 0 | the value |

Paper, Appendix B. Distances are in units of the shape's sphere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from inr2vec_core.ops.clipped_distance import clipped_distances

if TYPE_CHECKING:  # jobs that only label queries need not wait for torch
    from torch import Tensor

# What is represented, as the paper's tables call it.
MODALITIES = {"udf": "point cloud", "sdf": "mesh", "occ": "voxels"}
CLIP = 0.1


def udf_labels(points: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Labels of queries against a cloud: (p, 3), (q, 3) -> (q,) float32 in [0, 1]."""
    return (1 - clipped_distances(points, queries, CLIP) / CLIP).astype(np.float32)


def sdf_labels(distances: np.ndarray) -> np.ndarray:
    """Labels of signed distances of any size: (q,) -> (q,) float32 in [0, 1]."""
    return np.clip((distances + CLIP) / (2 * CLIP), 0, 1).astype(np.float32)


def distances_of(labels: Tensor, field: str) -> Tensor:
    """The clipped distances that labels of a distance field stand for, any shape."""
    return (1 - labels) * CLIP if field == "udf" else (2 * labels - 1) * CLIP


def field_values(outputs: Tensor, field: str, loss: str = "bce") -> Tensor:
    """What a network's plain outputs stand for, any shape: distances, or probabilities for occ.

    Args:
        loss: what the network was trained with; "mse" regresses the distance itself.
    """
    if field == "occ":
        return outputs.sigmoid()
    if loss == "mse":
        return outputs.clamp_min(0) if field == "udf" else outputs
    return distances_of(outputs.sigmoid(), field)


def values_of(field: str, loss: str = "bce") -> Callable[[Tensor], Tensor]:
    """`field_values` of one field and loss, as a function of the outputs."""
    return lambda outputs: field_values(outputs, field, loss)
