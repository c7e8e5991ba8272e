"""Features of few points brought to more, and layers on both: PointNet++'s propagation."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from inr2vec_core.ops.mlp import activation
from inr2vec_core.ops.neighbors import gathered
from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.ops.parallel import each_cloud

LEAST = 1e-10  # squared distance; of a point on a centre, which then has all the weight


class JoinedLinear(nn.Module):
    """A linear layer with BatchNorm and (leaky) ReLU on [points' own features, features of others].

    W [own, spread(others)] = W_o own + spread(W_s others) wherever `spread` is linear, and there
    are fewer others than points, so each half is multiplied before the others are spread.
    """

    def __init__(self, own: int, others: int, outputs: int, slope: float = 0.0):
        super().__init__()
        self.of_own = nn.Linear(own, outputs, bias=False)
        self.of_others = nn.Linear(others, outputs, bias=False)
        # As of one layer: by the number of all inputs.
        bound = (own + others) ** -0.5
        nn.init.uniform_(self.of_own.weight, -bound, bound)
        nn.init.uniform_(self.of_others.weight, -bound, bound)
        self.norm, self.activation = nn.BatchNorm1d(outputs), activation(slope)

    def forward(
        self, own: Tensor, others: Tensor, spread: Callable[[Tensor], Tensor] = lambda x: x
    ) -> Tensor:
        """(b, n, own), (b, m, others) -> (b, n, outputs).

        Args:
            spread: (b, m, outputs) -> (b, n, outputs), linear in each channel alike; not needed of
                m = 1, one row for the whole cloud.
        """
        x = self.of_own(own) + spread(self.of_others(others))
        return self.activation(self.norm(x.flatten(0, 1))).view(x.shape)


def nearest_centers(points: Tensor, centres: Tensor, k: int = 3) -> tuple[Tensor, Tensor]:
    """The k nearest centres of each point, and their weights by inverse squared distance.

    As in PointNet++ (Section 3.4, eq. 2). All centres where there are no more than k. Weights have
    no gradient.

    Args: points (b, n, 3), centres (b, m, 3).

    Returns: (b, n, k) int64, and (b, n, k) float32 with sum 1.
    """
    b, n, _ = points.shape
    k = min(k, centres.shape[1])
    points, centres = points.detach().float(), centres.detach().float()
    if points.is_cuda:
        # By differences: products would round small distances.
        distance = torch.cdist(points, centres, compute_mode="donot_use_mm_for_euclid_dist")
        distance, found = distance.topk(k, 2, largest=False)
        squares = distance.square()
    else:
        found = torch.empty(b, n, k, dtype=torch.int64)
        squares = torch.empty(b, n, k)
        each_cloud(_nearest, b, points.contiguous(), centres.contiguous(), found, squares)
    weight = 1 / squares.clamp_min(LEAST)
    return found, weight / weight.sum(2, keepdim=True)


def interpolated(x: Tensor, index: Tensor, weight: Tensor) -> Tensor:
    """Weighted sums of rows: (b, m, c), (b, n, k), (b, n, k) -> (b, n, c) float32."""
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
def _nearest(points, centres, found, squares):
    k = found.shape[1]
    distance = np.empty(len(centres), np.float32)
    for i in range(len(points)):
        x, y, z = points[i]
        for j in range(len(centres)):
            dx, dy, dz = centres[j, 0] - x, centres[j, 1] - y, centres[j, 2] - z
            distance[j] = dx * dx + dy * dy + dz * dz
        squares[i] = np.inf
        found[i] = 0  # and stays so for a point that is NaN
        for j in range(len(centres)):
            if distance[j] < squares[i, k - 1]:
                at = k - 1
                while at > 0 and squares[i, at - 1] > distance[j]:
                    squares[i, at], found[i, at] = squares[i, at - 1], found[i, at - 1]
                    at -= 1
                squares[i, at], found[i, at] = distance[j], j


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
