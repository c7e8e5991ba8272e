"""Matrix products whose operands are rounded to bfloat16, which the library does not have."""

import functools
from collections.abc import Callable

import torch
from torch import Tensor

Product = Callable[[Tensor, Tensor], Tensor]


def narrow_product(a: Tensor, b: Tensor) -> Tensor:
    """Operands in bfloat16, sums and result in float32: (b, n, i), (b, i, o) -> (b, n, o)."""
    if not a.is_cuda:  # of two bfloat16 the product is exact in float32
        return torch.bmm(a.bfloat16().float(), b.bfloat16().float())
    if _gives_float32(a.device):
        return torch.bmm(a.bfloat16(), b.bfloat16(), out_dtype=torch.float32)
    return torch.bmm(a.bfloat16(), b.bfloat16()).float()


@functools.cache
def _gives_float32(device: torch.device) -> bool:
    one = torch.ones(1, 16, 16, device=device, dtype=torch.bfloat16)
    try:
        return torch.bmm(one, one, out_dtype=torch.float32).dtype == torch.float32
    except (RuntimeError, TypeError):
        return False


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, narrow_forward: bool) -> Tensor:
        ctx.save_for_backward(x, weight)
        return narrow_product(x, weight) if narrow_forward else torch.bmm(x, weight)

    @staticmethod
    def backward(ctx, upstream: Tensor) -> tuple[Tensor, Tensor, None]:
        x, weight = ctx.saved_tensors
        return narrow_product(upstream, weight.mT), narrow_product(x.mT, upstream), None


def narrow_backward(x: Tensor, weight: Tensor) -> Tensor:
    """The product in float32, those of its backward pass in bfloat16."""
    return _Product.apply(x, weight, False)


def narrow_both(x: Tensor, weight: Tensor) -> Tensor:
    """The product and those of its backward pass in bfloat16."""
    return _Product.apply(x, weight, True)
