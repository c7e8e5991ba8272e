"""BatchNorm and ReLU in two passes over memory each way, for arrays that do not fit in any cache.

With torch's own operations they cost more than the layers between them.
"""

import numpy as np
import torch
from torch import Tensor, nn

from inr2vec_core.ops import parallel
from inr2vec_core.ops.layers.mlp import update_running
from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.ops.parallel import bits, each_part, load_row, store_row

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
        return batchnorm_relu(x, self.norm)


def batchnorm_relu(x: Tensor, norm: nn.BatchNorm1d) -> Tensor:
    """ReLU(BatchNorm(x)) over all but the last dimension.

    Args:
        x: (b, ..., c).
        norm: BatchNorm of c channels; in training its running figures are updated.

    Returns:
        (b, ..., c) of the type of `x`.
    """
    c = x.shape[-1]
    plain = x.is_cuda or not norm.training or x.dtype not in (torch.float32, torch.bfloat16)
    if plain or (x.numel() < parallel.SMALL and torch.get_num_threads() > 1):
        return norm(x.reshape(-1, c)).relu_().view(x.shape)
    out, figures = _BatchNormReLU.apply(x, norm.weight, norm.bias, norm.eps)
    update_running(norm, figures[0], figures[1], x.numel() // c)
    return out


class _BatchNormReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor, eps: float):
        b, c = len(x), x.shape[-1]
        x = x.contiguous()
        rows, sums, figures = _rows(x), np.zeros((b, 2, c)), torch.empty(5, c)
        table = figures.numpy()
        each_part(_sums, b, rows, sums)
        _fold(sums, x.numel() // c, weight.numpy(), bias.numpy(), eps, table)
        out = torch.empty_like(x)
        each_part(_scale_and_relu, b, rows, table[3], table[4], _rows(out))
        ctx.save_for_backward(x, figures)
        ctx.mark_non_differentiable(figures)
        return out, figures

    @staticmethod
    def backward(ctx, upstream: Tensor, _):
        x, figures = ctx.saved_tensors
        b, c = len(x), x.shape[-1]
        rows, upstream_rows = _rows(x), _rows(upstream.contiguous())
        sums, gradients = np.zeros((b, 2, c)), torch.empty(4, c)
        scale, offset = figures.numpy()[3:]
        each_part(_grad_sums, b, rows, upstream_rows, scale, offset, sums)
        _, _, slope, constant = table = gradients.numpy()
        _fold_gradients(sums, x.numel() // c, figures.numpy(), table)
        x_grad = torch.empty_like(x)
        each_part(
            _input_grad, b, rows, upstream_rows, scale, offset, slope, constant, _rows(x_grad)
        )
        return x_grad, gradients[0], gradients[1], None


def _rows(x: Tensor) -> np.ndarray:
    """The bits of contiguous (b, ..., c) as (b, n, c)."""
    return bits(x.detach().view(len(x), -1, x.shape[-1])).numpy()


@compiled
def _fold(sums, n, weight, bias, eps, figures):
    """From sums of clouds: mean, variance, 1 / deviation, and BatchNorm as scale and offset."""
    mean, var, inverse, scale, offset = figures
    for c in range(len(weight)):
        total, square = 0.0, 0.0
        for cloud in range(len(sums)):
            total += sums[cloud, 0, c]
            square += sums[cloud, 1, c]
        mean[c] = total / n
        spread = square / n - (total / n) ** 2
        var[c] = 0.0 if spread < 0 else spread  # NaN stays
        inverse[c] = 1 / np.sqrt(var[c] + np.float32(eps))
        scale[c] = weight[c] * inverse[c]
        offset[c] = bias[c] - mean[c] * scale[c]


@compiled
def _fold_gradients(sums, n, figures, gradients):
    """Gradients of weight and bias, and what `_input_grad` adds to all: slope and constant."""
    mean, _, inverse, scale, _ = figures
    weight_grad, bias_grad, slope, constant = gradients
    for c in range(len(mean)):
        total, product = 0.0, 0.0
        for cloud in range(len(sums)):
            total += sums[cloud, 0, c]
            product += sums[cloud, 1, c]
        weight_grad[c] = (product - mean[c] * total) * inverse[c]
        bias_grad[c] = total
        slope[c] = -scale[c] * inverse[c] * weight_grad[c] / n
        constant[c] = -scale[c] * bias_grad[c] / n - slope[c] * mean[c]


@compiled
def _sums(first, last, rows, sums):
    """Sums of values and of squares of each cloud."""
    _, n, c_max = rows.shape
    row = np.empty(c_max, np.uint32)
    value = row.view(np.float32)
    total, square = np.empty(c_max, np.float32), np.empty(c_max, np.float32)
    for cloud in range(first, last):
        for start in range(0, n, ROWS):
            total[:] = 0
            square[:] = 0
            for i in range(start, min(start + ROWS, n)):
                load_row(rows[cloud, i], row)
                for c in range(c_max):
                    total[c] += value[c]
                    square[c] += value[c] * value[c]
            for c in range(c_max):
                sums[cloud, 0, c] += total[c]
                sums[cloud, 1, c] += square[c]


@compiled
def _scale_and_relu(first, last, rows, scale, offset, out):
    _, n, c_max = rows.shape
    row = np.empty(c_max, np.uint32)
    value = row.view(np.float32)
    for cloud in range(first, last):
        for i in range(n):
            load_row(rows[cloud, i], row)
            for c in range(c_max):
                scaled = scale[c] * value[c] + offset[c]
                value[c] = np.float32(0) if scaled <= 0 else scaled  # NaN stays
            store_row(row, out[cloud, i])


@compiled
def _grad_sums(first, last, rows, upstream, scale, offset, sums):
    """Sums of the gradient behind ReLU, and of its product with the inputs, of each cloud."""
    _, n, c_max = rows.shape
    row, row_grad = np.empty(c_max, np.uint32), np.empty(c_max, np.uint32)
    value, grad = row.view(np.float32), row_grad.view(np.float32)
    total, product = np.empty(c_max, np.float32), np.empty(c_max, np.float32)
    for cloud in range(first, last):
        for start in range(0, n, ROWS):
            total[:] = 0
            product[:] = 0
            for i in range(start, min(start + ROWS, n)):
                load_row(rows[cloud, i], row)
                load_row(upstream[cloud, i], row_grad)
                for c in range(c_max):
                    passed = grad[c] if scale[c] * value[c] + offset[c] > 0 else np.float32(0)
                    total[c] += passed
                    product[c] += passed * value[c]
            for c in range(c_max):
                sums[cloud, 0, c] += total[c]
                sums[cloud, 1, c] += product[c]


@compiled
def _input_grad(first, last, rows, upstream, scale, offset, slope, constant, out):
    """slope * x + constant everywhere, and the scaled gradient where ReLU let it pass."""
    _, n, c_max = rows.shape
    row, row_grad = np.empty(c_max, np.uint32), np.empty(c_max, np.uint32)
    value, grad = row.view(np.float32), row_grad.view(np.float32)
    for cloud in range(first, last):
        for i in range(n):
            load_row(rows[cloud, i], row)
            load_row(upstream[cloud, i], row_grad)
            for c in range(c_max):
                passed = np.float32(0)
                if scale[c] * value[c] + offset[c] > 0:
                    passed = scale[c] * grad[c]
                value[c] = slope[c] * value[c] + constant[c] + passed
            store_row(row, out[cloud, i])
