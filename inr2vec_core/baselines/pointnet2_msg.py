"""PointNet++ with multi-scale grouping: balls of several sizes around each center.

Qi, Yi, Su, Guibas: PointNet++, NeurIPS 2017, Section 3.3 and Appendix B. The network for parts, of
which the paper gives the single-scale one alone, is that of the authors' code.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from inr2vec_core.baselines.baseline import Baseline
from inr2vec_core.baselines.inputs import CloudInput
from inr2vec_core.baselines.pointnet2 import (
    PointNet2Encoder,
    PointNet2Segmenter,
    SetAbstraction,
    centers_of,
    pointnet2_head,
)

# Radius of the balls, points taken of each, and widths of the layers.
Scale = tuple[float, int, tuple[int, int, int]]
LEVEL1: tuple[Scale, ...] = (
    (0.1, 16, (32, 32, 64)),
    (0.2, 32, (64, 64, 128)),
    (0.4, 128, (64, 96, 128)),
)
LEVEL2: tuple[Scale, ...] = (
    (0.2, 32, (64, 64, 128)),
    (0.4, 64, (128, 128, 256)),
    (0.8, 128, (128, 128, 256)),
)
PARTS_LEVEL1: tuple[Scale, ...] = (
    (0.1, 32, (32, 32, 64)),
    (0.2, 64, (64, 64, 128)),
    (0.4, 128, (64, 96, 128)),
)
PARTS_LEVEL2: tuple[Scale, ...] = (
    (0.4, 64, (128, 128, 256)),
    (0.8, 128, (128, 196, 256)),
)


class MultiScaleAbstraction(nn.Module):
    """Centers, and the features of the balls of each size around them, side by side.

    Args:
        centers: number of centers, as of `SetAbstraction`.
        inputs: channels of the features that points have besides their coordinates.
        scales: the sizes of balls.
    """

    def __init__(self, centers: int, inputs: int, scales: Sequence[Scale]):
        super().__init__()
        self.centers = centers
        self.scales = nn.ModuleList(
            SetAbstraction(centers, radius, k, inputs, widths) for radius, k, widths in scales
        )
        self.width = sum(scale.width for scale in self.scales)

    def forward(self, points: Tensor, features: Tensor | None) -> tuple[Tensor, Tensor]:
        """Abstract a level of points to the next.

        Args:
            points: (b, n, 3).
            features: (b, n, inputs), or None where inputs is 0.

        Returns:
            Centers (b, m, 3) and their features (b, m, width).
        """
        centers = centers_of(points, self.centers)
        found = [scale.features_of_balls(centers, points, features) for scale in self.scales]
        return centers, torch.cat(found, 2)


def multi_scale_encoder(level1: Sequence[Scale], level2: Sequence[Scale]) -> PointNet2Encoder:
    """An encoder of 512 centers and then 128, with balls of these sizes."""
    first = MultiScaleAbstraction(512, 0, level1)
    return PointNet2Encoder(first, MultiScaleAbstraction(128, first.width, level2))


BASELINE = Baseline(
    encoder=lambda description: multi_scale_encoder(LEVEL1, LEVEL2),
    head=lambda description, classes: pointnet2_head(classes),
    inputs=lambda description: CloudInput(description["points"]),
    segmenter=lambda description: PointNet2Segmenter(
        multi_scale_encoder(PARTS_LEVEL1, PARTS_LEVEL2),
        len(description["classes"]),
        description["parts"],
        (128, 128),
    ),
)
