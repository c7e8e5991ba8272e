"""What a user would reach for to fit many INRs fast: torch's own compiler on vmapped gradients."""

from functools import cache

import torch
import torch.nn.functional as F
from reference import OMEGA, layer_sizes
from torch import Tensor
from torch.func import grad, vmap

BETAS, EPS = (0.9, 0.999), 1e-8


def loss_of_one(flat: Tensor, coords: Tensor, labels: Tensor, width: int, depth: int) -> Tensor:
    """The loss of one SIREN, from its flat weights, in the library's order.

    Args:
        flat: (n_parameters,).
        coords: (q, 3).
        labels: (q,).
        width: of the hidden layers.
        depth: the number of hidden layers.
    """
    x, start = coords, 0
    layers = layer_sizes(width, depth)
    for k, (n_in, n_out) in enumerate(layers):
        weight = flat[start : start + n_in * n_out].view(n_out, n_in)
        start += n_in * n_out
        x = F.linear(x, weight, flat[start : start + n_out])
        start += n_out
        if k < len(layers) - 1:
            x = torch.sin(OMEGA * x)
    return F.binary_cross_entropy_with_logits(x[:, 0], labels)


@cache
def compiled_step(width: int, depth: int, lr: float):
    """One step of Adam on stacked SIRENs, compiled as a whole."""
    gradients = vmap(grad(lambda *tensors: loss_of_one(*tensors, width, depth)))

    def step(flat, mean, square, count, coords, labels):
        g = gradients(flat, coords, labels)
        mean = torch.lerp(g, mean, BETAS[0])
        square = torch.lerp(g * g, square, BETAS[1])
        unbiased = mean / (1 - BETAS[0] ** count)
        scale = (square / (1 - BETAS[1] ** count)).sqrt() + EPS
        return flat - lr * unbiased / scale, mean, square

    return torch.compile(step, dynamic=False)


def descend(
    flat: Tensor, rates: Tensor, coords: Tensor, labels: Tensor, width: int, depth: int,
    compiled: bool,
) -> Tensor:  # fmt: skip
    """Steps of gradient descent with a rate for each weight, a step on each block of queries.

    Args:
        flat: (b, n_parameters) initial weights.
        rates: (n_parameters,).
        coords: (b, steps, q, 3).
        labels: (b, steps, q).
        width: of the hidden layers.
        depth: the number of hidden layers.
        compiled: whether by torch's compiler.

    Returns:
        (b, n_parameters) weights.
    """
    step = descent_step(width, depth, compiled)
    for block, block_labels in zip(coords.unbind(1), labels.unbind(1), strict=True):
        flat = step(flat, rates, block.contiguous(), block_labels.contiguous())
    return flat


@cache
def descent_step(width: int, depth: int, compiled: bool):
    """One step of gradient descent on stacked SIRENs."""
    gradients = vmap(grad(lambda *tensors: loss_of_one(*tensors, width, depth)))

    def step(flat, rates, coords, labels):
        return flat - rates * gradients(flat, coords, labels)

    return torch.compile(step, dynamic=False) if compiled else step


def fit_compiled(
    flat: Tensor, coords: Tensor, labels: Tensor, width: int, depth: int, steps: int, queries: int,
    lr: float, at_once: int,
) -> Tensor:  # fmt: skip
    """Fit SIRENs, `at_once` together, each step on a block of the stored queries.

    Args:
        flat: (b, n_parameters) initial weights.
        coords: (b, n, 3) stored queries.
        labels: (b, n) their labels.
        width: of the hidden layers.
        depth: the number of hidden layers.
        steps: steps of Adam.
        queries: queries of each INR and step.
        lr: learning rate.
        at_once: INRs in a batch; it divides b.

    Returns:
        (b, n_parameters) weights.
    """
    step, fitted = compiled_step(width, depth, lr), []
    n = coords.shape[1]
    for group in range(0, len(flat), at_once):
        rows = slice(group, group + at_once)
        theta = flat[rows].clone()
        mean, square = torch.zeros_like(theta), torch.zeros_like(theta)
        for k in range(steps):
            start = k * queries % (n - queries + 1)
            block = coords[rows, start : start + queries], labels[rows, start : start + queries]
            count = torch.tensor(float(k + 1), device=theta.device)
            theta, mean, square = step(
                theta, mean, square, count, block[0].contiguous(), block[1].contiguous()
            )
        fitted.append(theta)
    return torch.cat(fitted)
