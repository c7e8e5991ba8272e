"""The kernels in plain torch, for any device and type: their definition."""

import torch
from torch import Tensor


def view(tensor: Tensor) -> Tensor:
    """The tensor itself, which these kernels take."""
    return tensor


def adam(parameters: Tensor, lr: float, eps: float) -> torch.optim.Adam:
    """Adam for one tensor, with the usual decay rates (0.9, 0.999)."""
    return torch.optim.Adam([parameters], lr, eps=eps, fused=True)


def first_layer(coords: Tensor, weight: Tensor, bias: Tensor, sines: Tensor, cosines: Tensor):
    """Write the sine and cosine of the first layer's pre-activations."""
    z = torch.baddbmm(bias, coords, weight.transpose(1, 2))
    sines.copy_(z.sin())
    cosines.copy_(z.cos())


def sine_cosine(cosines: Tensor, bias: Tensor, sines: Tensor):
    """Add the bias to pre-activations, replace them by their cosines, and write their sines."""
    cosines += bias
    sines.copy_(cosines.sin())
    cosines.cos_()


def head(sines: Tensor, weight: Tensor, bias: Tensor, outputs: Tensor):
    """Write the outputs of the last layer, which is linear."""
    outputs.copy_((sines * weight).sum(2) + bias.squeeze(2))


def head_gradient(
    gradient: Tensor, weight: Tensor, sines: Tensor, cosines: Tensor,
    weight_grad: Tensor, bias_grad: Tensor,
):  # fmt: skip
    """Add the head's weight gradient, and turn cosines into the last sine layer's delta.

    `bias_grad` is that of the last sine layer, as in `hidden_gradient`.
    """
    weight_grad += torch.bmm(gradient.unsqueeze(1), sines)
    hidden_gradient(gradient.unsqueeze(2) * weight, cosines, bias_grad)


def hidden_gradient(upstream: Tensor, cosines: Tensor, bias_grad: Tensor):
    """Turn cosines into delta, the loss's gradient at the pre-activations, and add its sum."""
    cosines *= upstream
    bias_grad += cosines.sum(1, keepdim=True)


def first_gradient(
    upstream: Tensor, cosines: Tensor, coords: Tensor, weight_grad: Tensor, bias_grad: Tensor
):
    """Add the first layer's gradients; `cosines` has no meaning afterwards."""
    delta = cosines * upstream
    weight_grad += torch.bmm(delta.transpose(1, 2), coords)
    bias_grad += delta.sum(1, keepdim=True)
