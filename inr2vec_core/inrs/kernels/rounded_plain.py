"""The kernels of `rounded` in plain torch: their definition, and what a GPU's compiler fuses."""

from torch import Tensor

from inr2vec_core.inrs.kernels import plain
from inr2vec_core.inrs.kernels.plain import adam, head, view

__all__ = ["adam", "first_gradient", "first_layer", "head", "head_gradient", "hidden_gradient",
           "last_sine_cosine", "sine_cosine", "view"]  # fmt: skip

last_sine_cosine = plain.sine_cosine


def first_layer(
    coords: Tensor, weight: Tensor, bias: Tensor, sines: Tensor, kept: Tensor, cosines: Tensor
):
    """`plain.first_layer`, with rounded sines beside."""
    plain.first_layer(coords, weight, bias, sines, cosines)
    kept.copy_(sines)


def sine_cosine(cosines: Tensor, bias: Tensor, sines: Tensor, kept: Tensor):
    """`plain.sine_cosine`, with rounded sines beside."""
    plain.sine_cosine(cosines, bias, sines)
    kept.copy_(sines)


def head_gradient(
    gradient: Tensor, weight: Tensor, sines: Tensor, cosines: Tensor, delta: Tensor,
    weight_grad: Tensor, bias_grad: Tensor,
):  # fmt: skip
    """`plain.head_gradient`, which writes the rounded delta beside; cosines lose their meaning."""
    plain.head_gradient(gradient, weight, sines, cosines, weight_grad, bias_grad)
    delta.copy_(cosines)


def hidden_gradient(upstream: Tensor, cosines: Tensor, delta: Tensor, bias_grad: Tensor):
    """`plain.hidden_gradient` of a rounded gradient; the rounded delta is written beside."""
    plain.hidden_gradient(upstream.float(), cosines, bias_grad)
    delta.copy_(cosines)


def first_gradient(
    upstream: Tensor, cosines: Tensor, coords: Tensor, weight_grad: Tensor, bias_grad: Tensor
):
    """`plain.first_gradient` of a rounded gradient."""
    plain.first_gradient(upstream.float(), cosines, coords, weight_grad, bias_grad)
