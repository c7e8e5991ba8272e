"""The maximum over rows of a linear layer: at the end of inr2vec's encoder and of PointNet's."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from inr2vec_core.ops.numba_jit import compiled
from inr2vec_core.ops.parallel import bits, each_part, load_row

OUTPUTS = 1 << 19  # that exist at a time


def linear_max(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """max over n of x W^T + b.

    On a CPU few outputs exist at a time, and the gradient follows only the rows that were the
    maximum: of b * n * o outputs all but b * o have none.

    Args:
        x: (b, n, i), whose type the products have.
        weight: (o, i).
        bias: (o,).

    Returns:
        (b, o) of the weight's type.
    """
    compiled_type = x.dtype in (torch.float32, torch.bfloat16) and weight.dtype == torch.float32
    if not x.is_cuda and compiled_type:
        return _LinearMax.apply(x, weight, bias)
    return F.linear(x, weight.to(x.dtype)).amax(1).to(weight.dtype) + bias


class _LinearMax(torch.autograd.Function):
    """Spares the usual backward pass, whose two products would multiply zeros but for one in n."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        x, narrow = x.contiguous(), weight.to(x.dtype)
        b, n, _ = x.shape
        max_values = torch.empty(b, len(weight))
        argmax = torch.empty(b, len(weight), dtype=torch.int32)
        clouds = max(1, OUTPUTS // (n * len(weight)))
        for k in range(0, b, clouds):
            part = slice(k, k + clouds)
            y = F.linear(x[part], narrow)
            each_part(
                _max_of_columns, len(y), bits(y).numpy(), max_values[part].numpy(),
                argmax[part].numpy(),
            )  # fmt: skip
        ctx.save_for_backward(x, weight, argmax)
        return max_values + bias

    @staticmethod
    def backward(ctx, upstream: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, weight, argmax = ctx.saved_tensors
        x_grad, weight_grad = torch.zeros_like(x, dtype=torch.float32), torch.zeros_like(weight)
        rows, grad = argmax.numpy(), upstream.contiguous().numpy()
        each_part(_input_grad, len(x), rows, grad, weight.detach().numpy(), x_grad.numpy())
        each_part(
            _weight_grad, len(weight), bits(x.detach()).numpy(), rows, grad, weight_grad.numpy()
        )
        return x_grad.to(x.dtype), weight_grad, upstream.sum(0)


@compiled
def _max_of_columns(first, last, y, max_values, argmax):
    """The maximum of each column and the first row that has it; NaN is above all."""
    _, n, c_max = y.shape
    row = np.empty(c_max, np.uint32)
    value = row.view(np.float32)
    for cloud in range(first, last):
        best, where = max_values[cloud], argmax[cloud]
        load_row(y[cloud, 0], row)
        best[:] = value
        where[:] = 0
        for i in range(1, n):
            load_row(y[cloud, i], row)
            for c in range(c_max):
                if value[c] > best[c] or value[c] != value[c]:
                    best[c] = value[c]
                    where[c] = i


@compiled
def _input_grad(first, last, argmax, upstream, weight, x_grad):
    for cloud in range(first, last):
        for o in range(len(weight)):
            grad, row = upstream[cloud, o], x_grad[cloud, argmax[cloud, o]]
            for i in range(weight.shape[1]):
                row[i] += grad * weight[o, i]


@compiled
def _weight_grad(first, last, x, argmax, upstream, weight_grad):
    """Gradient of some rows of the weight."""
    row = np.empty(x.shape[2], np.uint32)
    value = row.view(np.float32)
    for o in range(first, last):
        total = weight_grad[o]
        for cloud in range(len(x)):
            load_row(x[cloud, argmax[cloud, o]], row)
            grad = upstream[cloud, o]
            for i in range(len(value)):
                total[i] += grad * value[i]
