"""Values and gradients of functions of single points or numbers."""

from collections.abc import Callable

import torch
from torch import Tensor


def value_and_gradient(function: Callable[[Tensor], Tensor], at: Tensor) -> tuple[Tensor, Tensor]:
    """A function's values, and the gradient of each with respect to its own argument.

    Args:
        function: arguments (n, ...) -> values (n,), each of its own argument alone.
        at: the arguments, (n, ...).

    Returns:
        The values (n,) and the gradients (n, ...), both detached.
    """
    at = at.detach().requires_grad_()
    with torch.enable_grad():
        values = function(at)
        (gradients,) = torch.autograd.grad(values.sum(), at)
    return values.detach(), gradients
