"""Losses of a field's labels, as value and gradient, for hand-written backward passes.

Labels lie in [0, 1]; predictions are the INR's plain outputs.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

LossAndGradient = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]

ALPHA, GAMMA = 0.1, 3  # of the focal loss: the weight of empty voxels, and the focus


def bce(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Binary cross-entropy with logits (paper, Eq. 3).

    Args:
        outputs: (b, q) logits.
        labels: (b, q) in [0, 1].

    Returns:
        The mean loss per INR (b,), and the gradient of each INR's own mean (b, q).
    """
    loss = F.binary_cross_entropy_with_logits(outputs, labels, reduction="none").mean(1)
    return loss, (torch.sigmoid(outputs) - labels) / outputs.shape[1]


def focal(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Focal loss of occupancies (paper, Eq. 4; Lin et al. 2017).

    Args:
        outputs: (b, q) logits.
        labels: (b, q), 0 or 1.

    Returns:
        The mean loss per INR (b,), and the gradient of each INR's own mean (b, q).
    """
    log_p, weight, sign = _focal_terms(outputs, labels)
    p = log_p.exp()
    focus = weight * (1 - p) ** GAMMA
    gradient = sign * focus * (GAMMA * p * log_p - (1 - p))
    return -(focus * log_p).mean(1), gradient / outputs.shape[1]


def mean_focal(outputs: Tensor, labels: Tensor) -> Tensor:
    """The focal loss's mean over everything, for autograd.

    Args:
        outputs: logits, any shape.
        labels: 0 or 1, the same shape.

    Returns:
        The loss, ().
    """
    log_p, weight, _ = _focal_terms(outputs, labels)
    return -(weight * (1 - log_p.exp()) ** GAMMA * log_p).mean()


def squared_error(targets_of: Callable[[Tensor], Tensor]) -> LossAndGradient:
    """The squared error of the outputs themselves (paper, Eq. 2).

    Args:
        targets_of: what outputs should be for labels, both (b, q).

    Returns:
        A loss that takes outputs and labels, and returns what `bce` does.
    """

    def mse(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        error = outputs - targets_of(labels)
        return error.square().mean(1), error * (2 / outputs.shape[1])

    return mse


def _focal_terms(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Log probability of the true label, the label's weight, and 1 or -1 for 1 or 0."""
    sign = 2 * labels - 1
    return F.logsigmoid(outputs * sign), ALPHA + (1 - 2 * ALPHA) * labels, sign
