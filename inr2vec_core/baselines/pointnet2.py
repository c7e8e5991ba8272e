"""PointNet++ with single-scale grouping (Qi, Yi, Su, Guibas: PointNet++, NeurIPS 2017).

PointNet++'s part segmentation with single-scale grouping (Qi et al., NeurIPS 2017, App. B).
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.ops.batchnorm_max import BatchNormMax
from inr2vec_core.ops.batchnorm_relu import BatchNormReLU
from inr2vec_core.ops.edge_batchnorm import EdgeBatchNorm
from inr2vec_core.ops.interpolate import JoinedLinear, interpolated, nearest_centers
from inr2vec_core.ops.mlp import PooledLinear, head, shared_mlp
from inr2vec_core.ops.neighbors import ball_query, farthest_points, gathered


class SetAbstraction(nn.Module):
    """Some centres, their balls, and the maximum of each ball's features through shared layers.

    Args:
        centres: how many, by farthest-point sampling; all points where there are no more.
        radius, k: of the balls, and the points taken of each.
        inputs: channels of the features that points have besides their coordinates.
        widths: of the three layers.
    """

    def __init__(self, centres: int, radius: float, k: int, inputs: int, widths: Sequence[int]):
        super().__init__()
        self.centres, self.radius, self.k = centres, radius, k
        self.first = nn.Linear(3 + inputs, widths[0], bias=False)
        self.balls = EdgeBatchNorm(widths[0])
        self.rest = nn.Sequential(
            nn.Linear(*widths[:2], bias=False),
            BatchNormReLU(widths[1]),
            nn.Linear(*widths[1:], bias=False),
        )
        self.most = BatchNormMax(widths[2])

    def forward(self, points: Tensor, features: Tensor | None) -> tuple[Tensor, Tensor]:
        """(b, n, 3), (b, n, inputs) -> centres (b, m, 3), features (b, m, widths[-1])."""
        centres = points
        if self.centres < points.shape[1]:
            centres = gathered(points, farthest_points(points, self.centres))
        index = ball_query(centres, points, self.radius, self.k)
        # Coordinates count from the centre. The first layer is linear: applied to points, then
        # gathered, it is the same as applied to the k times as many points of balls. Not in mixed
        # precision, where differences of rounded coordinates would be coarse.
        with torch.autocast(points.device.type, enabled=False):
            whole = points if features is None else torch.cat([points, features.float()], 2)
            own = F.linear(centres, self.first.weight[:, :3])
            theirs = self.first(whole)
        return centres, self.most(self.rest(self.balls(theirs, -own, index)))


class PointNet2Encoder(nn.Module):
    """Clouds to a global feature: (b, n, 3) -> (b, 1024)."""

    width = 1024

    def __init__(self):
        super().__init__()
        self.first = SetAbstraction(512, 0.2, 32, 0, [64, 64, 128])
        self.second = SetAbstraction(128, 0.4, 64, 128, [128, 128, 256])
        self.third = shared_mlp([3 + 256, 256, 512])
        self.pooled = PooledLinear(512, 1024)

    def forward(self, points: Tensor) -> Tensor:
        return self.whole(*self.second(*self.first(points, None)))

    def whole(self, centres: Tensor, features: Tensor) -> Tensor:
        """The last level, whose one ball has all centres: (b, m, 3), (b, m, 256) -> (b, 1024)."""
        x = torch.cat([centres, features.to(centres.dtype)], 2)
        b, m, _ = x.shape
        return self.pooled(self.third(x.view(b * m, -1)).view(b, m, -1))


def pointnet2_head(classes: int) -> nn.Sequential:
    """(b, 1024) -> logits (b, classes)."""
    return head([1024, 512, 256], classes, (0.5, 0.5))


class FeaturePropagation(nn.Module):
    """Features of centres, interpolated at more points and joined with theirs, through layers.

    (b, n, own), (b, m, others) -> (b, n, widths[-1]).

    Args:
        own, others: channels of the points' own features and of the centres'.
        widths: of the layers.
    """

    def __init__(self, own: int, others: int, widths: list[int]):
        super().__init__()
        self.joined = JoinedLinear(own, others, widths[0])
        self.rest = shared_mlp(widths)

    def forward(self, points: Tensor, own: Tensor, centres: Tensor, others: Tensor) -> Tensor:
        """Points and centres: (b, n, 3), (b, m, 3)."""
        index, weight = nearest_centers(points, centres)
        x = self.joined(own, others, lambda x: interpolated(x, index, weight))
        return self.rest(x.flatten(0, 1)).view(*own.shape[:2], -1)


class PointNet2Parts(nn.Module):
    """Clouds (b, n, 3) of categories one-hot (b, classes) to logits of parts (b, n, parts).

    Balls, centres and layers down to the cloud's feature are the classifier's, so the first
    level's balls have 32 points (the paper does not tell; the authors' code for parts takes 64,
    and normals, which clouds here do not have). Dropout, and the category beside the coordinates
    in the last propagation, as in that code.
    """

    def __init__(self, classes: int, parts: int):
        super().__init__()
        self.encoder = PointNet2Encoder()
        self.of_whole = JoinedLinear(256, self.encoder.width, 256)
        self.third = shared_mlp([256, 256])
        self.second = FeaturePropagation(128, 256, [256, 128])
        self.first = FeaturePropagation(3 + classes, 128, [128, 128, 128])
        self.last = head([128, 128], parts, (0.5,))

    def forward(self, points: Tensor, one_hot: Tensor) -> Tensor:
        b, n, _ = points.shape
        some, of_some = self.encoder.first(points, None)
        few, of_few = self.encoder.second(some, of_some)
        # Of the one centre of all, interpolation takes its feature everywhere.
        x = self.of_whole(of_few, self.encoder.whole(few, of_few).unsqueeze(1))
        x = self.third(x.flatten(0, 1)).view(b, few.shape[1], -1)
        x = self.second(some, of_some, few, x)
        own = torch.cat([points, one_hot.unsqueeze(1).expand(b, n, -1)], 2)
        x = self.first(points, own, some, x)
        return self.last(x.view(b * n, -1)).view(b, n, -1)
