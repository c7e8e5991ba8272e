"""BatchNorm, ReLU and the maximum over the points of each ball, in two passes over memory.

BatchNorm and (leaky) ReLU keep the order of values (reversed where BatchNorm's weight is
negative), so the maximum can come first; what is left to do for every point is a sum, a sum of
squares and a comparison, and in the backward pass one multiplication. By torch's own operations
these passes cost more than the layers between them.
"""

import numpy as np
import torch
from torch import Tensor, nn

from inr2vec_core.ops.mlp import activation, update_running
from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.ops.parallel import bits, each_cloud


class NormMax(nn.Module):
    """max over the k points of each ball of ReLU(BatchNorm(x)): (b, m, k, c) -> (b, m, c).

    Args:
        slope: of negative values.
    """

    def __init__(self, channels: int, slope: float = 0.0):
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)
        self.activation = activation(slope)

    def forward(self, x: Tensor) -> Tensor:
        b, m, k, c = x.shape
        if x.is_cuda or not self.training:
            return self.activation(self.norm(x.reshape(-1, c))).view(b, m, k, c).amax(2)
        norm = self.norm
        out, mean, var = _NormMax.apply(x, norm.weight, norm.bias, norm.eps)
        update_running(norm, mean, var, b * m * k)
        return self.activation(out.to(x.dtype))


class _NormMax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor, eps: float):
        b, m, k, c = x.shape
        x, sign = x.contiguous(), torch.where(weight < 0, -1.0, 1.0)
        most, where = torch.empty(b, m, c), torch.empty(b, m, c, dtype=torch.int32)
        sums = torch.zeros(b, 2, c, dtype=torch.float64)
        each_cloud(_most, b, bits(x.flatten(1, 2)), sign.numpy(), k, most, where, sums)
        mean, square = (sums.sum(0) / (b * m * k)).unbind()
        var = (square - mean.square()).clamp_min(0).float()
        mean, inverse = mean.float(), (var + eps).rsqrt()
        normal = (most - mean) * inverse
        ctx.save_for_backward(x, where, normal, mean, inverse, weight)
        ctx.mark_non_differentiable(mean, var)
        return normal * weight + bias, mean, var

    @staticmethod
    def backward(ctx, upstream: Tensor, *_):
        x, where, normal, mean, inverse, weight = ctx.saved_tensors
        b, m, k, _ = x.shape
        bias_grad, weight_grad = upstream.sum((0, 1)), (upstream * normal).sum((0, 1))
        scale = weight * inverse
        slope = -scale * inverse * weight_grad / (b * m * k)
        offset = -scale * bias_grad / (b * m * k) - slope * mean
        x_grad = torch.empty_like(x)
        each_cloud(
            _most_grad, b, bits(x.flatten(1, 2)), where, (upstream * scale).contiguous(),
            slope.numpy(), offset.numpy(), k, bits(x_grad.flatten(1, 2)),
        )  # fmt: skip
        return x_grad, weight_grad, bias_grad, None


@compiled
def _most(bits, sign, k, most, where, sums):
    c_max = bits.shape[1]
    shift = np.uint32(32 - 8 * bits.itemsize)
    row = np.empty(c_max, np.uint32)
    value = row.view(np.float32)
    total, square = np.empty(c_max, np.float32), np.empty(c_max, np.float32)
    for i in range(len(most)):
        most[i] = -np.inf
        total[:] = 0
        square[:] = 0
        for j in range(i * k, (i + 1) * k):
            for c in range(c_max):
                row[c] = np.uint32(bits[j, c]) << shift
            for c in range(c_max):
                more = sign[c] * value[c] > most[i, c]
                most[i, c] = sign[c] * value[c] if more else most[i, c]
                where[i, c] = np.int32(j) if more else where[i, c]
                total[c] += value[c]
                square[c] += value[c] * value[c]
        for c in range(c_max):
            most[i, c] *= sign[c]
            sums[0, c] += total[c]
            sums[1, c] += square[c]


@compiled
def _most_grad(bits, where, upstream, slope, offset, k, out):
    c_max = bits.shape[1]
    shift = np.uint32(32 - 8 * bits.itemsize)
    half = np.uint32(0x7FFF if bits.itemsize == 2 else 0)
    odd = np.uint32(1 if bits.itemsize == 2 else 0)
    row = np.empty(c_max, np.uint32)
    value = row.view(np.float32)
    for i in range(len(where)):
        for j in range(i * k, (i + 1) * k):
            for c in range(c_max):
                row[c] = np.uint32(bits[j, c]) << shift
            for c in range(c_max):
                mine = upstream[i, c] if where[i, c] == j else np.float32(0)
                value[c] = slope[c] * value[c] + offset[c] + mine
            for c in range(c_max):
                # To the nearest bfloat16, of two to the even one.
                out[j, c] = (row[c] + half + ((row[c] >> shift) & odd)) >> shift
