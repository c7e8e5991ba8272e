"""PointNet++ with single-scale grouping (Qi, Yi, Su, Guibas: PointNet++, NeurIPS 2017, App. B).

Both networks of the paper: classification and part segmentation. `pointnet2_msg` builds on this
file.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.baselines.baseline import Baseline
from inr2vec_core.baselines.inputs import CloudInput
from inr2vec_core.ops.interpolate import JoinedLinear, interpolated, nearest_centers
from inr2vec_core.ops.layers.batchnorm_max import BatchNormMax
from inr2vec_core.ops.layers.batchnorm_relu import BatchNormReLU
from inr2vec_core.ops.layers.edge_batchnorm import EdgeBatchNorm
from inr2vec_core.ops.layers.mlp import PooledLinear, head, shared_mlp
from inr2vec_core.ops.neighbors import ball_query, farthest_points, gathered


class SetAbstraction(nn.Module):
    """Centers, the balls around them, and the maximum of each ball's features (Section 3.2).

    Args:
        centers: number of centers, by farthest-point sampling; all points where there are no more.
        radius: of the balls.
        k: points taken of each ball.
        inputs: channels of the features that points have besides their coordinates.
        widths: of the three shared layers before the maximum.
    """

    def __init__(self, centers: int, radius: float, k: int, inputs: int, widths: Sequence[int]):
        super().__init__()
        self.centers, self.radius, self.k, self.width = centers, radius, k, widths[-1]
        self.first = nn.Linear(3 + inputs, widths[0], bias=False)
        self.edges = EdgeBatchNorm(widths[0])
        self.rest = nn.Sequential(
            nn.Linear(*widths[:2], bias=False),
            BatchNormReLU(widths[1]),
            nn.Linear(*widths[1:], bias=False),
        )
        self.pooled = BatchNormMax(widths[2])

    def forward(self, points: Tensor, features: Tensor | None) -> tuple[Tensor, Tensor]:
        """Abstract a level of points to the next.

        Args:
            points: (b, n, 3).
            features: (b, n, inputs), or None where inputs is 0.

        Returns:
            Centers (b, m, 3) and their features (b, m, widths[-1]).
        """
        centers = centers_of(points, self.centers)
        return centers, self.features_of_balls(centers, points, features)

    def features_of_balls(self, centers: Tensor, points: Tensor, features: Tensor | None) -> Tensor:
        """The features of the balls around centers (b, m, 3): (b, m, widths[-1])."""
        index = ball_query(centers, points, self.radius, self.k)
        # Coordinates are relative to the center. The first layer is linear: applied to points and
        # then gathered, it is the same as applied to the k times as many points of balls. Not in
        # mixed precision, where differences of rounded coordinates would be coarse.
        with torch.autocast(points.device.type, enabled=False):
            inputs = points if features is None else torch.cat([points, features.float()], 2)
            center_term = F.linear(centers, self.first.weight[:, :3])
            point_term = self.first(inputs)
        return self.pooled(self.rest(self.edges(point_term, -center_term, index)))


def centers_of(points: Tensor, number: int) -> Tensor:
    """Centers by farthest-point sampling, all points where there are no more: (b, m, 3)."""
    if number < points.shape[1]:
        return gathered(points, farthest_points(points, number))
    return points


class PointNet2Encoder(nn.Module):
    """Clouds to a global feature: (b, n, 3) -> (b, 1024).

    Args:
        level1: points (b, n, 3) and None -> centers and their features; has their `width`.
        level2: centers and features -> centers and features; has their `width`.
    """

    width = 1024

    def __init__(self, level1: nn.Module, level2: nn.Module):
        super().__init__()
        self.level1, self.level2 = level1, level2
        self.level3 = shared_mlp([3 + level2.width, 256, 512])
        self.pooled = PooledLinear(512, 1024)

    def forward(self, points: Tensor) -> Tensor:
        return self.pool(*self.level2(*self.level1(points, None)))

    def pool(self, centers: Tensor, features: Tensor) -> Tensor:
        """The last level, whose one ball has all centers: (b, m, 3), (b, m, c) -> (b, 1024)."""
        x = torch.cat([centers, features.to(centers.dtype)], 2)
        b, m, _ = x.shape
        return self.pooled(self.level3(x.view(b * m, -1)).view(b, m, -1))


def single_scale_encoder() -> PointNet2Encoder:
    """The published sizes with balls of one size."""
    level1 = SetAbstraction(512, 0.2, 32, 0, [64, 64, 128])
    return PointNet2Encoder(level1, SetAbstraction(128, 0.4, 64, 128, [128, 128, 256]))


def pointnet2_head(classes: int) -> nn.Sequential:
    """(b, 1024) -> logits (b, classes)."""
    return head([1024, 512, 256], classes, (0.5, 0.5))


class FeaturePropagation(nn.Module):
    """Features of centers, interpolated at more points and joined with theirs (Section 3.4).

    Args:
        own: channels of the points' own features.
        others: channels of the centers' features.
        widths: of the layers.
    """

    def __init__(self, own: int, others: int, widths: Sequence[int]):
        super().__init__()
        self.joined = JoinedLinear(own, others, widths[0])
        self.rest = shared_mlp(widths)

    def forward(self, points: Tensor, own: Tensor, centers: Tensor, others: Tensor) -> Tensor:
        """Propagate a level's features to the one below.

        Args:
            points: (b, n, 3).
            own: (b, n, own) features of the points.
            centers: (b, m, 3).
            others: (b, m, others) features of the centers.

        Returns:
            (b, n, widths[-1]).
        """
        index, weight = nearest_centers(points, centers)
        x = self.joined(own, others, lambda x: interpolated(x, index, weight))
        return self.rest(x.flatten(0, 1)).view(*own.shape[:2], -1)


class PointNet2Segmenter(nn.Module):
    """Clouds (b, n, 3) of categories one-hot (b, classes) to logits of parts (b, n, parts).

    With balls of one size, all layers down to the cloud's feature are the classifier's, so the
    first level's balls have 32 points. (The paper does not say how many; the authors' code for
    parts takes 64, and normals, which clouds here do not have.) Dropout, and the category beside
    the coordinates in the last propagation, are as in that code.

    Args:
        encoder: from the cloud to its feature.
        classes: number of categories.
        parts: number of parts of all categories.
        widths: of the layers of the last propagation.
    """

    def __init__(self, encoder: PointNet2Encoder, classes: int, parts: int, widths: Sequence[int]):
        super().__init__()
        self.encoder = encoder
        self.joined = JoinedLinear(encoder.level2.width, encoder.width, 256)
        self.propagation3 = shared_mlp([256, 256])
        self.propagation2 = FeaturePropagation(encoder.level1.width, 256, [256, 128])
        self.propagation1 = FeaturePropagation(3 + classes, 128, widths)
        self.last = head([128, 128], parts, (0.5,))

    def forward(self, points: Tensor, one_hot: Tensor) -> Tensor:
        b, n, _ = points.shape
        level1_xyz, level1_feat = self.encoder.level1(points, None)
        level2_xyz, level2_feat = self.encoder.level2(level1_xyz, level1_feat)
        level3_feat = self.encoder.pool(level2_xyz, level2_feat)
        # From the one center of the last level, interpolation takes its feature everywhere.
        x = self.joined(level2_feat, level3_feat.unsqueeze(1))
        x = self.propagation3(x.flatten(0, 1)).view(b, level2_xyz.shape[1], -1)
        x = self.propagation2(level1_xyz, level1_feat, level2_xyz, x)
        level0_feat = torch.cat([points, one_hot.unsqueeze(1).expand(b, n, -1)], 2)
        x = self.propagation1(points, level0_feat, level1_xyz, x)
        return self.last(x.view(b * n, -1)).view(b, n, -1)


BASELINE = Baseline(
    encoder=lambda description: single_scale_encoder(),
    head=lambda description, classes: pointnet2_head(classes),
    inputs=lambda description: CloudInput(description["points"]),
    segmenter=lambda description: PointNet2Segmenter(
        single_scale_encoder(), len(description["classes"]), description["parts"], (128, 128, 128)
    ),
)
