"""Element-wise kernels of SIREN fitting, in one pass over memory each, by device.

`plain` defines them in torch. `compiled` computes the same for float32 on the CPU, several times as
fast. On a GPU torch's compiler fuses `plain`. All take b stacked INRs:

    first_layer(coords, weight, bias, sines, cosines)
    sine_cosine(cosines, bias, sines)
    head(sines, weight, bias, outputs)
    head_gradient(gradient, weight, sines, cosines, weight_grad, bias_grad)
    hidden_gradient(upstream, cosines, bias_grad)
    first_gradient(upstream, cosines, coords, weight_grad, bias_grad)

with coords (b, q, 3), sines, cosines and upstream (b, q, width), outputs and gradient (b, q),
weights (b, outputs, inputs) and biases (b, 1, outputs). Gradients of weights are added to, never
overwritten, so that the queries of a step can come in chunks. A set of kernels takes tensors as its
`view` returns them, which is called once and not at every step, and has an optimizer,
`adam(parameters, lr, eps)`.

`rounded` and `rounded_plain` are the same for products that read bfloat16:

    first_layer(coords, weight, bias, sines, kept, cosines)
    sine_cosine(cosines, bias, sines, kept)
    last_sine_cosine(cosines, bias, sines)
    head_gradient(gradient, weight, sines, cosines, delta, weight_grad, bias_grad)
    hidden_gradient(upstream, cosines, delta, bias_grad)
    first_gradient(upstream, cosines, coords, weight_grad, bias_grad)

in which kept (rounded sines), delta and upstream are bfloat16.
"""

import functools
import logging
from types import ModuleType, SimpleNamespace

import torch
from torch import Tensor

from inr2vec_core.inrs.kernels import compiled, plain, rounded, rounded_plain

_log = logging.getLogger(__name__)

NAMES = (
    "first_layer", "sine_cosine", "head", "head_gradient", "hidden_gradient", "first_gradient",
)  # fmt: skip
ROUNDED_NAMES = (*NAMES, "last_sine_cosine")


def kernels_for(tensor: Tensor) -> ModuleType | SimpleNamespace:
    """The fastest kernels for tensors of this device and type."""
    if tensor.is_cuda:
        return fused(tensor.device)
    if tensor.device.type == "cpu" and tensor.dtype == torch.float32:
        return compiled
    return plain


def rounded_kernels_for(tensor: Tensor) -> ModuleType | SimpleNamespace:
    """The fastest kernels for products in bfloat16, for weights of this device and type."""
    if tensor.is_cuda:
        return fused(tensor.device, rounded_plain)
    if tensor.device.type == "cpu" and tensor.dtype == torch.float32:
        return rounded
    return rounded_plain


@functools.cache
def fused(device: torch.device, definition: ModuleType = plain) -> ModuleType | SimpleNamespace:
    """`plain` or `rounded_plain` through torch's compiler, which makes one kernel of each function.

    Where that does not work (no Triton, no C compiler), it warns and returns the definition itself.
    """
    names = ROUNDED_NAMES if definition is rounded_plain else NAMES
    kernels = SimpleNamespace(**{name: torch.compile(getattr(definition, name)) for name in names})
    kernels.view, kernels.adam = definition.view, definition.adam
    try:
        one = torch.zeros(1, 1, 1, device=device)
        kernels.head(one, one, one, one[0].clone())
    except Exception as error:
        _log.warning("torch.compile does not work here, fitting will be slower: %s", error)
        return definition
    return kernels
