"""Intersection over union (IoU) of predicted parts, by shape and by class.

As on ShapeNet Part (Yi et al. 2016; Qi et al. 2017, PointNet, Section 5.1): the mIoU of a shape is
the mean IoU of the parts of its class. Instance mIoU averages shapes; class mIoU averages the means
of the classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor


def restricted_argmax(logits: Tensor, allowed: Tensor) -> Tensor:
    """Select the most likely part of each point, among those of the shape's class.

    Args:
        logits: (b, n, P) logits of all parts.
        allowed: (b, P) bool, the parts of each shape's class.

    Returns:
        (b, n) int64 numbers of parts.
    """
    return logits.masked_fill(~allowed.unsqueeze(1), float("-inf")).argmax(-1)


def part_ious(predicted: np.ndarray, truth: np.ndarray, parts: range) -> np.ndarray:
    """Compute the IoU of each part of a class.

    Args:
        predicted: (n,) predicted numbers of parts.
        truth: (n,) true numbers of parts.
        parts: the numbers of the class's parts.

    Returns:
        (len(parts),) float64 in [0, 1]; 1 for a part that is in neither labeling.

    >>> part_ious(np.array([4, 4, 4, 5]), np.array([4, 4, 5, 5]), range(4, 7)).round(2).tolist()
    [0.67, 0.5, 1.0]
    """
    numbers = np.arange(parts.start, parts.stop)[:, None]
    in_predicted, in_truth = predicted == numbers, truth == numbers  # (parts, n)
    union = (in_predicted | in_truth).sum(1)
    both = (in_predicted & in_truth).sum(1)
    return np.where(union > 0, both / np.maximum(union, 1), 1.0)


def shape_iou(predicted: np.ndarray, truth: np.ndarray, parts: range) -> float:
    """Compute a shape's mIoU, the mean of `part_ious`, which has the same arguments."""
    return float(part_ious(predicted, truth, parts).mean())


@dataclass(frozen=True)
class MeanIoU:
    """Mean IoU over shapes, in [0, 1].

    Attributes:
        instance: the mean over all shapes.
        of_class: class -> the mean over its shapes, sorted by name.
        error: the standard error of `by_class`, from the variance within classes.
    """

    instance: float
    of_class: dict[str, float]
    error: float

    @classmethod
    def of(cls, class_name: Sequence[str], ious: Sequence[float]) -> "MeanIoU":
        """Average over shapes.

        Args:
            class_name: (n,) the class of each shape, n > 0.
            ious: (n,) the mIoU of each shape; 0 for a shape without a cloud.
        """
        names, ious = np.array(class_name), np.array(ious, np.float64)
        groups = {str(name): ious[names == name] for name in np.unique(names)}
        of_class = {name: float(group.mean()) for name, group in groups.items()}
        variance = sum(group.var() / len(group) for group in groups.values())
        return cls(float(ious.mean()), of_class, float(np.sqrt(variance)) / len(groups))

    @property
    def by_class(self) -> float:
        """Class mIoU: the mean over classes, whatever their numbers of shapes."""
        return float(np.mean(list(self.of_class.values())))
