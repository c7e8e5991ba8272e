"""The unsigned distance field of a cloud, and what a label of it means.

A distance is clipped at `CLIP` and stored as the label 1 - d / CLIP: 1 on the surface, 0 from
0.1 outwards (paper, Appendix B).
"""

import numpy as np
import torch
from torch import Tensor

from .nearest import clipped_distances

CLIP = 0.1  # in units of the shape's sphere


def udf_labels(points: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Labels of queries against a cloud: (p, 3), (q, 3) -> (q,) float32 in [0, 1]."""
    return (1 - clipped_distances(points, queries, CLIP) / CLIP).astype(np.float32)


def udf_from_outputs(outputs: Tensor, loss: str = "bce") -> Tensor:
    """Distance that a network's plain outputs stand for, any shape; see `losses.py`."""
    return (1 - torch.sigmoid(outputs)) * CLIP if loss == "bce" else outputs.clamp_min(0)
