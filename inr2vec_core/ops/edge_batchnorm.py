"""Values of edges, each a sum of a term of either end, with BatchNorm and (leaky) ReLU.

A linear layer on edges of points is such a sum, so it is applied to points, not to k times as many
edges. BatchNorm's mean and variance over edges follow from sums over neighbours, so it is folded
into the terms, and what is left to do for every edge is a sum and a comparison. (DGCNN's graphs,
and the balls of PointNet++, whose centres have edges to their points.)
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.ops.mlp import update_running
from inr2vec_core.ops.neighbors import gathered, max_and_sum, stacked
from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.ops.parallel import bits, each_cloud


class NormSums(nn.Module):
    """(leaky) ReLU of BatchNorm of x_j + own_i, for neighbours j of i.

    Args:
        slope: of negative values.
    """

    def __init__(self, channels: int, slope: float = 0.0):
        super().__init__()
        self.norm, self.slope = nn.BatchNorm1d(channels), slope

    def forward(self, x: Tensor, own: Tensor, neighbours: Tensor) -> Tensor:
        """(b, n, c), (b, m, c) float32, (b, m, k) among n -> (b, m, k, c).

        In mixed precision only the result is rounded.
        """
        norm, kind = self.norm, x.dtype
        if torch.is_autocast_enabled(x.device.type):
            kind = torch.get_autocast_dtype(x.device.type)
        with torch.autocast(x.device.type, enabled=False):
            mean, var = norm.running_mean, norm.running_var
            if self.training:
                _, total = max_and_sum(x, neighbours)
                mean, var = edge_mean_var(x, own, total, neighbours)
                update_running(norm, mean, var, neighbours.numel())
            scale = norm.weight * (var + norm.eps).rsqrt()
            x, own = x * scale, (own - mean) * scale + norm.bias
            if x.is_cuda:
                edges = gathered(x, neighbours) + own.unsqueeze(2)
                return F.leaky_relu(edges, self.slope).to(kind)
            return _Sums.apply(x, own, neighbours, self.slope, kind)


def edge_mean_var(
    x: Tensor, own: Tensor, total: Tensor, neighbours: Tensor
) -> tuple[Tensor, Tensor]:
    """Mean and variance of x_j + own_i over all edges (i, j): (c,) each.

    Args: x (b, n, c), own (b, m, c), total (b, m, c) the sums of x over neighbours (b, m, k).
    """
    b, n, _ = x.shape
    k, edges = neighbours.shape[2], neighbours.numel()
    chosen = torch.bincount(stacked(neighbours, n), minlength=b * n).view(b, n, 1)
    mean = (total.sum((0, 1)) + k * own.sum((0, 1))) / edges
    squares = (chosen * x.square()).sum((0, 1)) + ((2 * total + k * own) * own).sum((0, 1))
    return mean, (squares / edges - mean.square()).clamp_min(0)


class _Sums(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, own: Tensor, index: Tensor, slope: float, kind: torch.dtype):
        out = torch.empty(*index.shape, x.shape[2], dtype=kind)
        each_cloud(_sum, len(x), x.contiguous(), own.contiguous(), index, slope, bits(out))
        ctx.save_for_backward(out, index)
        ctx.n, ctx.slope = x.shape[1], slope
        return out

    @staticmethod
    def backward(ctx, upstream: Tensor) -> tuple[Tensor, Tensor, None, None, None]:
        out, index = ctx.saved_tensors
        b, m, _, c = out.shape
        x_grad, own_grad = torch.zeros(b, ctx.n, c), torch.zeros(b, m, c)
        upstream = upstream.contiguous()
        each_cloud(_sum_grad, b, bits(upstream), bits(out), index, ctx.slope, x_grad, own_grad)
        return x_grad, own_grad, None, None, None


@compiled
def _sum(x, own, index, slope, out):
    c_max = x.shape[1]
    shift = np.uint32(32 - 8 * out.itemsize)
    half = np.uint32(0x7FFF if out.itemsize == 2 else 0)
    odd = np.uint32(1 if out.itemsize == 2 else 0)
    slope = np.float32(slope)
    row = np.empty(c_max, np.uint32)
    value = row.view(np.float32)
    for i in range(len(index)):
        for j in range(index.shape[1]):
            other = index[i, j]
            for c in range(c_max):
                both = x[other, c] + own[i, c]
                value[c] = max(both, slope * both)
            for c in range(c_max):
                # To the nearest bfloat16, of two to the even one.
                out[i, j, c] = (row[c] + half + ((row[c] >> shift) & odd)) >> shift


@compiled
def _sum_grad(upstream, out, index, slope, x_grad, own_grad):
    c_max = x_grad.shape[1]
    shift = np.uint32(32 - 8 * out.itemsize)
    negative = np.uint32(1 << 31)
    slope = np.float32(slope)
    row = np.empty(c_max, np.uint32)
    value = row.view(np.float32)
    for i in range(len(index)):
        for j in range(index.shape[1]):
            other = index[i, j]
            for c in range(c_max):
                row[c] = np.uint32(upstream[i, j, c]) << shift
            for c in range(c_max):
                below = (np.uint32(out[i, j, c]) << shift) & negative
                value[c] = value[c] * slope if below else value[c]
            for c in range(c_max):
                x_grad[other, c] += value[c]
                own_grad[i, c] += value[c]
