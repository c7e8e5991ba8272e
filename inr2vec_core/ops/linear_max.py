"""The maximum over rows of a linear layer: at the end of inr2vec's encoder and of PointNet's."""

import torch
import torch.nn.functional as F
from torch import Tensor

CHUNK = 32  # rows whose maximum is taken first, to find where in them it lies afterwards


def linear_max(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """max over n of x W^T + b: (b, n, i), (o, i), (o,) -> (b, o), of the weight's type.

    Products are of the type of `x`. On a CPU few outputs exist at a time, and the gradient follows
    only the rows that were the maximum: of (b * n * o) outputs all but (b * o) have none.
    """
    if not x.is_cuda and torch.is_grad_enabled():
        return _LinearMax.apply(x, weight, bias)
    narrow = weight.to(x.dtype)
    if x.is_cuda:
        most = F.linear(x, narrow).amax(1)
    else:
        most = torch.stack([F.linear(one, narrow).amax(0) for one in x])
    return most.to(weight.dtype) + bias


class _LinearMax(torch.autograd.Function):
    """By the usual backward pass two matrix products would multiply zeros, save for one in n."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        narrow = weight.to(x.dtype)
        values, where = zip(*[_max_of(F.linear(one, narrow)) for one in x], strict=True)
        ctx.save_for_backward(x, weight, *where)
        return torch.stack(values).to(weight.dtype) + bias

    @staticmethod
    def backward(ctx, upstream: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, weight, *where = ctx.saved_tensors
        x_grad, weight_grad = torch.zeros_like(x, dtype=weight.dtype), torch.zeros_like(weight)
        for one, one_grad, rows_of_maxima, gradient in zip(x, x_grad, where, upstream, strict=True):
            gradient = gradient.unsqueeze(1)
            weight_grad.addcmul_(gradient, one[rows_of_maxima].to(weight.dtype))
            one_grad.index_add_(0, rows_of_maxima, gradient * weight)
        return x_grad.to(x.dtype), weight_grad, upstream.sum(0)


def _max_of(y: Tensor) -> tuple[Tensor, Tensor]:
    """The maximum of each column and the first row that has it: (n, o) -> (o,), (o,).

    As `y.max(0)`, which is twice as slow on a CPU: first the maximum of each chunk of rows, then
    its place in the best chunk.
    """
    n, columns = y.shape
    if n % CHUNK:
        return tuple(y.max(0))
    chunks = y.view(-1, CHUNK, columns)
    values, chunk = chunks.amax(1).max(0)
    best = chunks[chunk, :, torch.arange(columns, device=y.device)]  # (columns, CHUNK)
    return values, chunk * CHUNK + best.argmax(1)
