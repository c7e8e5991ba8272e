"""How well parts are told apart: intersection over union (IoU), by shape and by class.

As on ShapeNet Part (Yi et al. 2016): the IoU of each part of the shape's class; a shape's mIoU is
their mean. Instance mIoU averages shapes; class mIoU averages the means of the classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor


def restricted_argmax(logits: Tensor, allowed: Tensor) -> Tensor:
    """The likeliest parts among those of each shape's class.

    Args: logits (b, n, P), allowed (b, P) bool. Returns: (b, n) int64.
    """
    return logits.masked_fill(~allowed.unsqueeze(1), float("-inf")).argmax(-1)


def part_ious(predicted: np.ndarray, truth: np.ndarray, parts: range) -> np.ndarray:
    """IoU of each of a class's parts; 1 for a part that is in neither labelling.

    Args: predicted, truth (n,): numbers of parts. Returns: (len(parts),) float64 in [0, 1].

    >>> part_ious(np.array([4, 4, 4, 5]), np.array([4, 4, 5, 5]), range(4, 7)).round(2).tolist()
    [0.67, 0.5, 1.0]
    """
    own = np.arange(parts.start, parts.stop)[:, None]
    in_predicted, in_truth = predicted == own, truth == own  # (parts, n)
    union = (in_predicted | in_truth).sum(1)
    both = (in_predicted & in_truth).sum(1)
    return np.where(union > 0, both / np.maximum(union, 1), 1.0)


def shape_iou(predicted: np.ndarray, truth: np.ndarray, parts: range) -> float:
    """A shape's mIoU: the mean of `part_ious`."""
    return float(part_ious(predicted, truth, parts).mean())


@dataclass(frozen=True)
class MeanIoU:
    """Means over shapes, each in [0, 1].

    Attributes:
        instance: over all shapes. of_class: over the shapes of each class, by sorted name.
        error: the standard error of `by_class`, from how much the shapes of a class differ.
    """

    instance: float
    of_class: dict[str, float]
    error: float

    @classmethod
    def of(cls, class_name: Sequence[str], ious: Sequence[float]) -> "MeanIoU":
        """From the class and mIoU of each shape, at least one; one without a cloud has 0."""
        names, ious = np.array(class_name), np.array(ious, np.float64)
        groups = {str(name): ious[names == name] for name in np.unique(names)}
        of_class = {name: float(some.mean()) for name, some in groups.items()}
        variance = sum(some.var() / len(some) for some in groups.values())
        return cls(float(ious.mean()), of_class, float(np.sqrt(variance)) / len(groups))

    @property
    def by_class(self) -> float:
        """Class mIoU: every class counts alike, however many shapes it has."""
        return float(np.mean(list(self.of_class.values())))
