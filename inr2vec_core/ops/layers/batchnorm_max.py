"""BatchNorm, ReLU and the maximum over the points of each ball, in two passes over memory.

BatchNorm and (leaky) ReLU keep the order of values (reversed where BatchNorm's weight is
negative), so the maximum can come first. What is left to do for every point is a sum, a sum of
squares and a comparison, and in the backward pass one multiplication. With torch's own operations
these passes cost more than the layers between them.
"""

import numpy as np
import torch
from torch import Tensor, nn

from inr2vec_core.ops.layers.mlp import activation, update_running
from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.ops.parallel import bits, each_cloud, load_row, store_row


class BatchNormMax(nn.Module):
    """max over the k points of each ball of ReLU(BatchNorm(x)): (b, m, k, c) -> (b, m, c).

    Args:
        channels: c.
        slope: of negative values; 0 for ReLU.
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
        out, mean, var = _BatchNormMax.apply(x, norm.weight, norm.bias, norm.eps)
        update_running(norm, mean, var, b * m * k)
        return self.activation(out.to(x.dtype))


class _BatchNormMax(torch.autograd.Function):
    """BatchNorm of the maxima, with the mean and the variance of all points."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor, eps: float):
        b, m, k, c = x.shape
        x, sign = x.contiguous(), torch.where(weight < 0, -1.0, 1.0)
        max_values, argmax = torch.empty(b, m, c), torch.empty(b, m, c, dtype=torch.int32)
        sums = torch.zeros(b, 2, c, dtype=torch.float64)
        each_cloud(
            _max_and_sums, b, bits(x.flatten(1, 2)), sign.numpy(), k, max_values, argmax, sums
        )
        mean, square = (sums.sum(0) / (b * m * k)).unbind()
        var = (square - mean.square()).clamp_min(0).float()
        mean, inverse = mean.float(), (var + eps).rsqrt()
        normalized = (max_values - mean) * inverse
        ctx.save_for_backward(x, argmax, normalized, mean, inverse, weight)
        ctx.mark_non_differentiable(mean, var)
        return normalized * weight + bias, mean, var

    @staticmethod
    def backward(ctx, upstream: Tensor, *_):
        x, argmax, normalized, mean, inverse, weight = ctx.saved_tensors
        b, m, k, _ = x.shape
        bias_grad, weight_grad = upstream.sum((0, 1)), (upstream * normalized).sum((0, 1))
        scale = weight * inverse
        slope = -scale * inverse * weight_grad / (b * m * k)
        offset = -scale * bias_grad / (b * m * k) - slope * mean
        x_grad = torch.empty_like(x)
        each_cloud(
            _input_grad, b, bits(x.flatten(1, 2)), argmax, (upstream * scale).contiguous(),
            slope.numpy(), offset.numpy(), k, bits(x_grad.flatten(1, 2)),
        )  # fmt: skip
        return x_grad, weight_grad, bias_grad, None


@compiled
def _max_and_sums(rows, sign, k, max_values, argmax, sums):
    """Maxima of sign * rows (times sign again) and where they are; sums of values and squares."""
    c_max = rows.shape[1]
    row = np.empty(c_max, np.uint32)
    value = row.view(np.float32)
    total, square = np.empty(c_max, np.float32), np.empty(c_max, np.float32)
    for i in range(len(max_values)):
        max_values[i] = -np.inf
        total[:] = 0
        square[:] = 0
        for j in range(i * k, (i + 1) * k):
            load_row(rows[j], row)
            for c in range(c_max):
                more = sign[c] * value[c] > max_values[i, c]
                max_values[i, c] = sign[c] * value[c] if more else max_values[i, c]
                argmax[i, c] = np.int32(j) if more else argmax[i, c]
                total[c] += value[c]
                square[c] += value[c] * value[c]
        for c in range(c_max):
            max_values[i, c] *= sign[c]
            sums[0, c] += total[c]
            sums[1, c] += square[c]


@compiled
def _input_grad(rows, argmax, upstream, slope, offset, k, out):
    """slope * x + offset everywhere, and the upstream gradient where the maximum was."""
    c_max = rows.shape[1]
    row = np.empty(c_max, np.uint32)
    value = row.view(np.float32)
    for i in range(len(argmax)):
        for j in range(i * k, (i + 1) * k):
            load_row(rows[j], row)
            for c in range(c_max):
                at_max = upstream[i, c] if argmax[i, c] == j else np.float32(0)
                value[c] = slope[c] * value[c] + offset[c] + at_max
            store_row(row, out[j])
