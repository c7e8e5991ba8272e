"""Losses of a field's labels, as value and gradient, for hand-written backward passes.

Labels lie in [0, 1] (see `fields.py`); predictions are the INR's plain outputs.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from .fields import CLIP

LossAndGradient = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def bce(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Binary cross-entropy with logits (paper, Eq. 3).

    Args: outputs (b, q) logits; labels (b, q) in [0, 1].
    Returns: mean loss per INR (b,), gradient of each INR's own mean (b, q).
    """
    loss = F.binary_cross_entropy_with_logits(outputs, labels, reduction="none").mean(1)
    return loss, (torch.sigmoid(outputs) - labels) / outputs.shape[1]


def mse(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Mean squared error of the clipped distance itself (paper, Eq. 2).

    Args: outputs (b, q) distances; labels (b, q), 1 - distance / CLIP.
    Returns: mean loss per INR (b,), gradient of each INR's own mean (b, q).
    """
    error = outputs - (1 - labels) * CLIP
    return error.square().mean(1), error * (2 / outputs.shape[1])


LOSSES: dict[str, LossAndGradient] = {"bce": bce, "mse": mse}
