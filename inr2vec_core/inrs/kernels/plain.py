"""The kernels in plain torch, for any device and type: their definition."""

import torch
from torch import Tensor


def view(tensor: Tensor) -> Tensor:
    """What these kernels take: the tensor itself."""
    return tensor


def adam(parameters: Tensor, lr: float, eps: float) -> torch.optim.Adam:
    """An optimiser of one tensor, with the usual averages (0.9, 0.999)."""
    return torch.optim.Adam([parameters], lr, eps=eps, fused=True)


def first_layer(coords: Tensor, weight: Tensor, bias: Tensor, sines: Tensor, cosines: Tensor):
    """Writes the sine and cosine of the first layer's pre-activations."""
    z = torch.baddbmm(bias, coords, weight.transpose(1, 2))
    sines.copy_(z.sin())
    cosines.copy_(z.cos())


def sine_cosine(cosines: Tensor, bias: Tensor, sines: Tensor):
    """Replaces pre-activations without bias by their cosines with it, and writes their sines."""
    cosines += bias
    sines.copy_(cosines.sin())
    cosines.cos_()


def head(sines: Tensor, weight: Tensor, bias: Tensor, outputs: Tensor):
    """Writes the plain last layer's outputs."""
    outputs.copy_((sines * weight).sum(2) + bias.squeeze(2))


def head_gradient(
    gradient: Tensor, weight: Tensor, sines: Tensor, cosines: Tensor,
    weight_grad: Tensor, bias_grad: Tensor,
):  # fmt: skip
    """Adds the head's weight gradient; turns cosines into the last sine layer's delta.

    `bias_grad` is the last sine layer's, as in `hidden_gradient`.
    """
    weight_grad += torch.bmm(gradient.unsqueeze(1), sines)
    hidden_gradient(gradient.unsqueeze(2) * weight, cosines, bias_grad)


def hidden_gradient(upstream: Tensor, cosines: Tensor, bias_grad: Tensor):
    """Turns cosines into delta, the loss's gradient at the pre-activations; adds its sum."""
    cosines *= upstream
    bias_grad += cosines.sum(1, keepdim=True)


def first_gradient(
    upstream: Tensor, cosines: Tensor, coords: Tensor, weight_grad: Tensor, bias_grad: Tensor
):
    """Adds the first layer's gradients; what is left in `cosines` is nobody's to read."""
    delta = cosines * upstream
    weight_grad += torch.bmm(delta.transpose(1, 2), coords)
    bias_grad += delta.sum(1, keepdim=True)
