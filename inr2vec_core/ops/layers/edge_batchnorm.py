"""BatchNorm and (leaky) ReLU of edges whose value is the sum of a term of either end.

A linear layer on the edges of a graph of points is such a sum, so it is applied to points, not to
k times as many edges. BatchNorm's mean and variance over edges follow from sums over neighbors, so
BatchNorm is folded into the terms, and what is left to do for every edge is a sum and a comparison.
DGCNN's graphs have such edges, and so have the balls of PointNet++, from the center to each point.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.ops.layers.mlp import update_running
from inr2vec_core.ops.neighbors import gathered, max_and_sum, stacked
from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.ops.parallel import bits, each_cloud, load_row, store_row


class EdgeBatchNorm(nn.Module):
    """(leaky) ReLU of BatchNorm of neighbor_j + center_i, for neighbors j of i.

    Args:
        channels: c.
        slope: of negative values; 0 for ReLU.
    """

    def __init__(self, channels: int, slope: float = 0.0):
        super().__init__()
        self.norm, self.slope = nn.BatchNorm1d(channels), slope

    def forward(self, neighbor: Tensor, center: Tensor, index: Tensor) -> Tensor:
        """Values of all edges; in mixed precision only they are rounded.

        Args:
            neighbor: (b, n, c) float32, the terms of neighbors.
            center: (b, m, c) float32, the terms of the points whose neighbors they are.
            index: (b, m, k) int64, the neighbors, numbers below n.

        Returns:
            (b, m, k, c) float32, or bfloat16 in mixed precision.
        """
        norm, dtype = self.norm, neighbor.dtype
        if torch.is_autocast_enabled(neighbor.device.type):
            dtype = torch.get_autocast_dtype(neighbor.device.type)
        with torch.autocast(neighbor.device.type, enabled=False):
            mean, var = norm.running_mean, norm.running_var
            if self.training:
                _, total = max_and_sum(neighbor, index)
                mean, var = edge_mean_var(neighbor, center, total, index)
                update_running(norm, mean, var, index.numel())
            scale = norm.weight * (var + norm.eps).rsqrt()
            neighbor, center = neighbor * scale, (center - mean) * scale + norm.bias
            if neighbor.is_cuda:
                edges = gathered(neighbor, index) + center.unsqueeze(2)
                return F.leaky_relu(edges, self.slope).to(dtype)
            return _EdgeReLU.apply(neighbor, center, index, self.slope, dtype)


def edge_mean_var(
    neighbor: Tensor, center: Tensor, total: Tensor, index: Tensor
) -> tuple[Tensor, Tensor]:
    """Mean and variance of neighbor_j + center_i over all edges (i, j).

    Args:
        neighbor: (b, n, c) the terms of neighbors.
        center: (b, m, c) the terms of centers.
        total: (b, m, c) the sums of `neighbor` over the neighbors of each center.
        index: (b, m, k) the neighbors.

    Returns:
        Mean and variance, (c,) each.
    """
    b, n, _ = neighbor.shape
    k, edges = index.shape[2], index.numel()
    count = torch.bincount(stacked(index, n), minlength=b * n).view(b, n, 1)
    mean = (total.sum((0, 1)) + k * center.sum((0, 1))) / edges
    squares = (count * neighbor.square()).sum((0, 1))
    squares = squares + ((2 * total + k * center) * center).sum((0, 1))
    return mean, (squares / edges - mean.square()).clamp_min(0)


class _EdgeReLU(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx, neighbor: Tensor, center: Tensor, index: Tensor, slope: float, dtype: torch.dtype
    ):
        out = torch.empty(*index.shape, neighbor.shape[2], dtype=dtype)
        each_cloud(
            _edges, len(out), neighbor.contiguous(), center.contiguous(), index, slope, bits(out)
        )
        ctx.save_for_backward(out, index)
        ctx.n, ctx.slope = neighbor.shape[1], slope
        return out

    @staticmethod
    def backward(ctx, upstream: Tensor) -> tuple[Tensor, Tensor, None, None, None]:
        out, index = ctx.saved_tensors
        b, m, _, c = out.shape
        neighbor_grad, center_grad = torch.zeros(b, ctx.n, c), torch.zeros(b, m, c)
        upstream = upstream.contiguous()
        each_cloud(
            _edges_grad, b, bits(upstream), bits(out), index, ctx.slope, neighbor_grad, center_grad
        )
        return neighbor_grad, center_grad, None, None, None


@compiled
def _edges(neighbor, center, index, slope, out):
    c_max = neighbor.shape[1]
    slope = np.float32(slope)
    row = np.empty(c_max, np.uint32)
    value = row.view(np.float32)
    for i in range(len(index)):
        for j in range(index.shape[1]):
            point = index[i, j]
            for c in range(c_max):
                both = neighbor[point, c] + center[i, c]
                value[c] = max(both, slope * both)
            store_row(row, out[i, j])


@compiled
def _edges_grad(upstream, out, index, slope, neighbor_grad, center_grad):
    c_max = neighbor_grad.shape[1]
    slope = np.float32(slope)
    row, row_out = np.empty(c_max, np.uint32), np.empty(c_max, np.uint32)
    value = row.view(np.float32)
    sign_bit = np.uint32(1 << 31)
    for i in range(len(index)):
        for j in range(index.shape[1]):
            point = index[i, j]
            load_row(upstream[i, j], row)
            load_row(out[i, j], row_out)
            for c in range(c_max):
                value[c] = value[c] * slope if row_out[c] & sign_bit else value[c]
            for c in range(c_max):
                neighbor_grad[point, c] += value[c]
                center_grad[i, c] += value[c]
