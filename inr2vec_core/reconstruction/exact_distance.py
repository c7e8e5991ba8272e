"""The exact distances to a cloud, which a perfect INR would give."""

import numpy as np
import torch
from scipy.spatial import cKDTree
from torch import Tensor


class ExactDistance:
    """The UDF of a cloud, as a field with its gradient.

    Args:
        points: (n, 3) float32.
    """

    def __init__(self, points: np.ndarray):
        self._points, self._tree = points, cKDTree(points)

    def __call__(self, queries: Tensor) -> Tensor:
        """Distances of queries: (m, 3) -> (m,)."""
        return self.value_and_gradient(queries)[0]

    def value_and_gradient(self, queries: Tensor) -> tuple[Tensor, Tensor]:
        """Distances (m,) of queries (m, 3), and their gradients (m, 3)."""
        distance, nearest = self._tree.query(queries.numpy())
        away = queries - torch.from_numpy(self._points[nearest])
        distance = torch.from_numpy(distance).to(queries)
        return distance, away / distance.clamp_min(1e-12).unsqueeze(1)
