"""Losses of a field's labels, as value and gradient, for hand-written backward passes.

Labels lie in [0, 1] (see `fields.py`); predictions are the INR's plain outputs.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from inr2vec_core.inrs.fields import distances_of

LossAndGradient = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]

ALPHA, GAMMA = 0.1, 3  # of the focal loss: the weight of empty voxels, and the focus


def bce(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Binary cross-entropy with logits (paper, Eq. 3).

    Args: outputs (b, q) logits; labels (b, q) in [0, 1].
    Returns: mean loss per INR (b,), gradient of each INR's own mean (b, q).
    """
    loss = F.binary_cross_entropy_with_logits(outputs, labels, reduction="none").mean(1)
    return loss, (torch.sigmoid(outputs) - labels) / outputs.shape[1]


def focal(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Focal loss of occupancies (paper, Eq. 4; Lin et al. 2017), as `bce` returns its own.

    Args: outputs (b, q) logits; labels (b, q), 0 or 1.
    """
    log_p, weight, sign = _focal_terms(outputs, labels)
    p = log_p.exp()
    focus = weight * (1 - p) ** GAMMA
    gradient = sign * focus * (GAMMA * p * log_p - (1 - p))
    return -(focus * log_p).mean(1), gradient / outputs.shape[1]


def mean_focal(outputs: Tensor, labels: Tensor) -> Tensor:
    """The focal loss's mean over everything, for autograd: any shape -> ()."""
    log_p, weight, _ = _focal_terms(outputs, labels)
    return -(weight * (1 - log_p.exp()) ** GAMMA * log_p).mean()


def _focal_terms(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Log probability of the true label, the label's weight, and 1 or -1 for 1 or 0."""
    sign = 2 * labels - 1
    return F.logsigmoid(outputs * sign), ALPHA + (1 - 2 * ALPHA) * labels, sign


def _mse(field: str) -> LossAndGradient:
    def mse(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        error = outputs - distances_of(labels, field)
        return error.square().mean(1), error * (2 / outputs.shape[1])

    return mse


def loss_of(field: str, kind: str = "bce") -> LossAndGradient:
    """The loss that an INR of this field is fitted with.

    Args:
        kind: of distance fields, "bce" or "mse", the squared error of the clipped distance
            itself (paper, Eq. 2). Occupancies always take the focal loss.
    """
    if field == "occ":
        return focal
    return {"bce": bce, "mse": _mse(field)}[kind]


def criterion_of(field: str) -> Callable[[Tensor, Tensor], Tensor]:
    """The loss that inr2vec is trained with: outputs and labels of any shape -> ()."""
    return mean_focal if field == "occ" else F.binary_cross_entropy_with_logits
