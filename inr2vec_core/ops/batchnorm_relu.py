"""BatchNorm and ReLU in two passes over memory each way, for arrays that do not fit in any cache.

With torch's own operations they cost more than the layers between them.
"""

import numpy as np
import torch
from torch import Tensor, nn

from inr2vec_core.ops.mlp import update_running
from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.ops.parallel import bits, each_cloud, load_row, store_row

ROWS = 64  # summed in single precision


class BatchNormReLU(nn.Module):
    """ReLU(BatchNorm(x)) over all but the last dimension: (b, ..., c) -> (b, ..., c).

    Args:
        channels: c.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x: Tensor) -> Tensor:
        norm, c = self.norm, x.shape[-1]
        if x.is_cuda or not self.training:
            return norm(x.reshape(-1, c)).relu_().view(x.shape)
        out, mean, var = _BatchNormReLU.apply(x, norm.weight, norm.bias, norm.eps)
        update_running(norm, mean, var, x.numel() // c)
        return out


class _BatchNormReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor, eps: float):
        b, c = len(x), x.shape[-1]
        x = x.contiguous()
        rows = bits(x.view(b, -1, c))
        n = rows.shape[1] * b
        sums = torch.zeros(b, 2, c, dtype=torch.float64)
        each_cloud(_sums, b, rows, sums)
        mean, square = (sums.sum(0) / n).unbind()
        var = (square - mean.square()).clamp_min(0).float()
        mean, inverse = mean.float(), (var + eps).rsqrt()
        scale = weight * inverse
        offset = bias - mean * scale
        out = torch.empty_like(x)
        each_cloud(
            _scale_and_relu, b, rows, scale.numpy(), offset.numpy(), bits(out.view(b, -1, c))
        )
        ctx.save_for_backward(x, mean, inverse, scale, offset)
        ctx.mark_non_differentiable(mean, var)
        return out, mean, var

    @staticmethod
    def backward(ctx, upstream: Tensor, *_):
        x, mean, inverse, scale, offset = ctx.saved_tensors
        b, c = len(x), x.shape[-1]
        rows, upstream = bits(x.view(b, -1, c)), bits(upstream.contiguous().view(b, -1, c))
        n = rows.shape[1] * b
        sums = torch.zeros(b, 2, c, dtype=torch.float64)
        each_cloud(_grad_sums, b, rows, upstream, scale.numpy(), offset.numpy(), sums)
        bias_grad, product = sums.sum(0).unbind()
        weight_grad = ((product - mean * bias_grad) * inverse).float()
        bias_grad = bias_grad.float()
        slope = -scale * inverse * weight_grad / n
        constant = -scale * bias_grad / n - slope * mean
        x_grad = torch.empty_like(x)
        each_cloud(
            _input_grad, b, rows, upstream, scale.numpy(), offset.numpy(), slope.numpy(),
            constant.numpy(), bits(x_grad.view(b, -1, c)),
        )  # fmt: skip
        return x_grad, weight_grad, bias_grad, None


@compiled
def _sums(rows, sums):
    """Sums of values and of squares."""
    c_max = rows.shape[1]
    row = np.empty(c_max, np.uint32)
    value = row.view(np.float32)
    total, square = np.empty(c_max, np.float32), np.empty(c_max, np.float32)
    for start in range(0, len(rows), ROWS):
        total[:] = 0
        square[:] = 0
        for i in range(start, min(start + ROWS, len(rows))):
            load_row(rows[i], row)
            for c in range(c_max):
                total[c] += value[c]
                square[c] += value[c] * value[c]
        for c in range(c_max):
            sums[0, c] += total[c]
            sums[1, c] += square[c]


@compiled
def _scale_and_relu(rows, scale, offset, out):
    c_max = rows.shape[1]
    row = np.empty(c_max, np.uint32)
    value = row.view(np.float32)
    for i in range(len(rows)):
        load_row(rows[i], row)
        for c in range(c_max):
            scaled = scale[c] * value[c] + offset[c]
            value[c] = scaled if scaled > 0 else np.float32(0)
        store_row(row, out[i])


@compiled
def _grad_sums(rows, upstream, scale, offset, sums):
    """Sums of the gradient behind ReLU, and of its product with the inputs."""
    c_max = rows.shape[1]
    row, row_grad = np.empty(c_max, np.uint32), np.empty(c_max, np.uint32)
    value, grad = row.view(np.float32), row_grad.view(np.float32)
    total, product = np.empty(c_max, np.float32), np.empty(c_max, np.float32)
    for start in range(0, len(rows), ROWS):
        total[:] = 0
        product[:] = 0
        for i in range(start, min(start + ROWS, len(rows))):
            load_row(rows[i], row)
            load_row(upstream[i], row_grad)
            for c in range(c_max):
                passed = grad[c] if scale[c] * value[c] + offset[c] > 0 else np.float32(0)
                total[c] += passed
                product[c] += passed * value[c]
        for c in range(c_max):
            sums[0, c] += total[c]
            sums[1, c] += product[c]


@compiled
def _input_grad(rows, upstream, scale, offset, slope, constant, out):
    """slope * x + constant everywhere, and the scaled gradient where ReLU let it pass."""
    c_max = rows.shape[1]
    row, row_grad = np.empty(c_max, np.uint32), np.empty(c_max, np.uint32)
    value, grad = row.view(np.float32), row_grad.view(np.float32)
    for i in range(len(rows)):
        load_row(rows[i], row)
        load_row(upstream[i], row_grad)
        for c in range(c_max):
            passed = scale[c] * grad[c] if scale[c] * value[c] + offset[c] > 0 else np.float32(0)
            value[c] = slope[c] * value[c] + constant[c] + passed
        store_row(row, out[i])
