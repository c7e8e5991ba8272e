"""The maximum over rows of a linear layer: at the end of inr2vec's encoder and of PointNet's."""

import torch
import torch.nn.functional as F
from torch import Tensor

CHUNK = 32  # rows whose maximum is taken first; its row is only searched in the best chunk


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
    if not x.is_cuda and torch.is_grad_enabled():
        return _LinearMax.apply(x, weight, bias)
    narrow = weight.to(x.dtype)
    if x.is_cuda:
        max_values = F.linear(x, narrow).amax(1)
    else:
        max_values = torch.stack([F.linear(one, narrow).amax(0) for one in x])
    return max_values.to(weight.dtype) + bias


class _LinearMax(torch.autograd.Function):
    """Spares the usual backward pass, whose two products would multiply zeros but for one in n."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        narrow = weight.to(x.dtype)
        values, argmax = zip(*[_max_of(F.linear(one, narrow)) for one in x], strict=True)
        ctx.save_for_backward(x, weight, *argmax)
        return torch.stack(values).to(weight.dtype) + bias

    @staticmethod
    def backward(ctx, upstream: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, weight, *argmax = ctx.saved_tensors
        x_grad, weight_grad = torch.zeros_like(x, dtype=weight.dtype), torch.zeros_like(weight)
        for one, one_grad, rows, gradient in zip(x, x_grad, argmax, upstream, strict=True):
            gradient = gradient.unsqueeze(1)
            weight_grad.addcmul_(gradient, one[rows].to(weight.dtype))
            one_grad.index_add_(0, rows, gradient * weight)
        return x_grad.to(x.dtype), weight_grad, upstream.sum(0)


def _max_of(y: Tensor) -> tuple[Tensor, Tensor]:
    """The maximum of each column and the first row that has it: (n, o) -> (o,), (o,).

    The same as `y.max(0)`, which is twice as slow on a CPU: first the maximum of each chunk of
    rows, then its row in the best chunk.
    """
    n, columns = y.shape
    if n % CHUNK:
        return tuple(y.max(0))
    chunks = y.view(-1, CHUNK, columns)
    values, chunk = chunks.amax(1).max(0)
    best = chunks[chunk, :, torch.arange(columns, device=y.device)]  # (columns, CHUNK)
    return values, chunk * CHUNK + best.argmax(1)
