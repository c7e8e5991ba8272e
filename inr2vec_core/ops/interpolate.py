"""Features of a few centers interpolated at more points, and layers on both (PointNet++, Sec. 3.4).

Why this search exists beside others: every point needs its few nearest centers and their squared
distances by differences, exact where `neighbors.k_nearest` rounds, once for each set of centers.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from inr2vec_core.ops.layers.mlp import activation
from inr2vec_core.ops.neighbors import gathered, k_smallest
from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.ops.parallel import each_cloud

MIN_SQUARED_DISTANCE = 1e-10  # of a point on a center, which then has all the weight


class JoinedLinear(nn.Module):
    """A linear layer with BatchNorm and (leaky) ReLU on [points' own features, others' features].

    W [own, spread(others)] = W_own own + spread(W_others others) where `spread` is linear. There
    are fewer others than points, so both are multiplied before the others are spread.

    Args:
        own: channels of the points' own features.
        others: channels of the features that are spread.
        outputs: channels of the result.
        slope: of negative values; 0 for ReLU.
    """

    def __init__(self, own: int, others: int, outputs: int, slope: float = 0.0):
        super().__init__()
        self.of_own = nn.Linear(own, outputs, bias=False)
        self.of_others = nn.Linear(others, outputs, bias=False)
        # The bound of one layer with all inputs.
        bound = (own + others) ** -0.5
        nn.init.uniform_(self.of_own.weight, -bound, bound)
        nn.init.uniform_(self.of_others.weight, -bound, bound)
        self.norm, self.activation = nn.BatchNorm1d(outputs), activation(slope)

    def forward(
        self, own: Tensor, others: Tensor, spread: Callable[[Tensor], Tensor] = lambda x: x
    ) -> Tensor:
        """Apply the layer.

        Args:
            own: (b, n, own) the points' features.
            others: (b, m, others) the features to spread.
            spread: (b, m, outputs) -> (b, n, outputs), linear and the same for each channel. Not
                needed for m = 1, one row for the whole cloud.

        Returns:
            (b, n, outputs).
        """
        x = self.of_own(own) + spread(self.of_others(others))
        return self.activation(self.norm(x.flatten(0, 1))).view(x.shape)


def nearest_centers(points: Tensor, centers: Tensor, k: int = 3) -> tuple[Tensor, Tensor]:
    """The k nearest centers of each point, and their weights by inverse squared distance.

    As in PointNet++ (Section 3.4, eq. 2). Weights have no gradient.

    Args:
        points: (b, n, 3).
        centers: (b, m, 3).
        k: number of centers; all m where there are no more.

    Returns:
        (b, n, k) int64, and weights (b, n, k) float32 with sum 1.
    """
    b, n, _ = points.shape
    k = min(k, centers.shape[1])
    points, centers = points.detach().float(), centers.detach().float()
    if points.is_cuda:
        # By differences: products would round small distances.
        distance = torch.cdist(points, centers, compute_mode="donot_use_mm_for_euclid_dist")
        distance, found = distance.topk(k, 2, largest=False)
        squares = distance.square()
    else:
        found = torch.empty(b, n, k, dtype=torch.int64)
        squares = torch.empty(b, n, k)
        each_cloud(_nearest_centers, b, points.contiguous(), centers.contiguous(), found, squares)
    weight = 1 / squares.clamp_min(MIN_SQUARED_DISTANCE)
    return found, weight / weight.sum(2, keepdim=True)


def interpolated(x: Tensor, index: Tensor, weight: Tensor) -> Tensor:
    """Weighted sums of rows.

    Args:
        x: (b, m, c) features of centers.
        index: (b, n, k) int64, the centers of each point.
        weight: (b, n, k) float32.

    Returns:
        (b, n, c) float32.
    """
    with torch.autocast(x.device.type, enabled=False):
        x = x.float()
        if x.is_cuda:
            return (gathered(x, index) * weight.unsqueeze(3)).sum(2)
        return _Interpolated.apply(x, index, weight)


class _Interpolated(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, index: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(index, weight)
        ctx.m = x.shape[1]
        out = torch.zeros(*index.shape[:2], x.shape[2])
        each_cloud(_weigh, len(x), x.contiguous(), index, weight, out)
        return out

    @staticmethod
    def backward(ctx, upstream: Tensor) -> tuple[Tensor, None, None]:
        index, weight = ctx.saved_tensors
        x_grad = torch.zeros(len(index), ctx.m, upstream.shape[2])
        each_cloud(_weigh_grad, len(index), upstream.contiguous(), index, weight, x_grad)
        return x_grad, None, None


@compiled
def _nearest_centers(points, centers, found, squares):
    distance = np.empty(len(centers), np.float32)
    for i in range(len(points)):
        x, y, z = points[i]
        for j in range(len(centers)):
            dx, dy, dz = centers[j, 0] - x, centers[j, 1] - y, centers[j, 2] - z
            distance[j] = dx * dx + dy * dy + dz * dz
        k_smallest(distance, squares[i], found[i])


@compiled
def _weigh(x, index, weight, out):
    for i in range(len(index)):
        for j in range(index.shape[1]):
            row, share = index[i, j], weight[i, j]
            for c in range(x.shape[1]):
                out[i, c] += share * x[row, c]


@compiled
def _weigh_grad(upstream, index, weight, x_grad):
    for i in range(len(index)):
        for j in range(index.shape[1]):
            row, share = index[i, j], weight[i, j]
            for c in range(x_grad.shape[1]):
                x_grad[row, c] += share * upstream[i, c]
