"""PointNet (Qi, Su, Mo, Guibas: PointNet, CVPR 2017): classification and part segmentation.

The part segmentation network is that of the supplement, Fig. 9.
"""

import torch
from torch import Tensor, nn

from inr2vec_core.baselines.baseline import Baseline
from inr2vec_core.baselines.inputs import CloudInput
from inr2vec_core.ops.interpolate import JoinedLinear
from inr2vec_core.ops.layers.mlp import PooledLinear, head, shared_mlp

PENALTY_WEIGHT = 1e-3
SEGMENTER_DROPOUT = 0.2


class PointTransform(nn.Module):
    """A matrix predicted from all points, at first the identity (the paper's T-Net).

    (b, n, size) -> (b, size, size).

    Args:
        size: channels of the points.
    """

    def __init__(self, size: int):
        super().__init__()
        self.size = size
        self.points = shared_mlp([size, 64, 128])
        self.pooled = PooledLinear(128, 1024)
        self.matrix = matrix_head(size)

    def forward(self, x: Tensor) -> Tensor:
        b, n, _ = x.shape
        pooled = self.pooled(self.points(x.reshape(b * n, -1)).view(b, n, -1))
        # There are few rows: the products would cost less than rounding the weights.
        with torch.autocast(x.device.type, enabled=False):
            matrix = self.matrix(pooled).view(b, self.size, self.size)
        return matrix + torch.eye(self.size, device=x.device)


def matrix_head(size: int, slope: float = 0.0) -> nn.Sequential:
    """What a transform adds to the identity, at first nothing: (b, 1024) -> (b, size * size).

    Args:
        size: rows and columns of the matrix.
        slope: of negative values; 0 for ReLU.
    """
    layers = head([1024, 512, 256], size * size, (0, 0), slope)
    nn.init.zeros_(layers[-1].weight)
    nn.init.zeros_(layers[-1].bias)
    return layers


def orthogonality_loss(matrices: Tensor) -> Tensor:
    """Half the mean squared Frobenius norm of A A^T - I: (b, k, k) -> ()."""
    with torch.autocast(matrices.device.type, enabled=False):
        a = matrices.float()
        difference = a @ a.mT - torch.eye(a.shape[1], device=a.device)
        return difference.square().sum((1, 2)).mean() / 2


class PointNetEncoder(nn.Module):
    """Clouds to a global feature: (b, n, 3) -> (b, 1024).

    Attributes:
        penalty: how far the feature transforms of the last clouds are from orthogonal, with the
            published weight but the mean over a batch in place of the sum:
            0.001 / 2 * mean ||A A^T - I||^2.
    """

    width = 1024

    def __init__(self):
        super().__init__()
        self.input_transform = PointTransform(3)
        self.first = shared_mlp([3, 64, 64])
        self.feature_transform = PointTransform(64)
        self.second = shared_mlp([64, 64, 128])
        self.pooled = PooledLinear(128, 1024)
        self.penalty: Tensor | float = 0.0

    def forward(self, points: Tensor) -> Tensor:
        b, n, _ = points.shape
        x = points @ self.input_transform(points).to(points.dtype)
        x = self.first(x.reshape(b * n, 3)).view(b, n, -1)
        transform = self.feature_transform(x)
        self.penalty = PENALTY_WEIGHT * orthogonality_loss(transform)
        x = x @ transform.to(x.dtype)
        x = self.second(x.reshape(b * n, -1)).view(b, n, -1)
        return self.pooled(x)


def pointnet_head(classes: int) -> nn.Sequential:
    """(b, 1024) -> logits (b, classes)."""
    return head([1024, 512, 256], classes, (0, 0.3))


class PointNetSegmenter(nn.Module):
    """Clouds (b, n, 3) of categories one-hot (b, classes) to logits of parts (b, n, parts).

    As in the figure, all features of a point but the 2048 that are pooled are joined with the
    cloud's 2048 and its category (3024 in all for 16 categories). The authors' code joins the
    point's 2048 too, and its transforms have other widths than the paper's. Dropout is that of the
    code.

    Args:
        classes: number of categories.
        parts: number of parts of all categories.

    Attributes:
        penalty: of the last clouds, as of `PointNetEncoder`.
    """

    def __init__(self, classes: int, parts: int):
        super().__init__()
        self.input_transform = PointTransform(3)
        self.first = shared_mlp([3, 64])
        self.second = shared_mlp([64, 128])
        self.third = shared_mlp([128, 128])
        self.feature_transform = PointTransform(128)
        self.fourth = shared_mlp([128, 512])
        self.pooled = PooledLinear(512, 2048)
        self.joined = JoinedLinear(64 + 3 * 128 + 512, 2048 + classes, 256)
        self.last = nn.Sequential(
            nn.Dropout(SEGMENTER_DROPOUT), *head([256, 256, 128], parts, (SEGMENTER_DROPOUT, 0))
        )
        self.penalty: Tensor | float = 0.0

    def forward(self, points: Tensor, one_hot: Tensor) -> Tensor:
        b, n, _ = points.shape
        x = points @ self.input_transform(points).to(points.dtype)
        first = self.first(x.reshape(b * n, 3))
        second = self.second(first)
        third = self.third(second)
        transform = self.feature_transform(third.view(b, n, -1))
        self.penalty = PENALTY_WEIGHT * orthogonality_loss(transform)
        transformed = (third.view(b, n, -1) @ transform.to(third.dtype)).view(b * n, -1)
        fourth = self.fourth(transformed)
        point_features = torch.cat([first, second, third, transformed, fourth], 1).view(b, n, -1)
        cloud_feature = self.pooled(fourth.view(b, n, -1))
        x = self.joined(point_features, torch.cat([cloud_feature, one_hot], 1).unsqueeze(1))
        return self.last(x.view(b * n, -1)).view(b, n, -1)


BASELINE = Baseline(
    encoder=lambda description: PointNetEncoder(),
    head=lambda description, classes: pointnet_head(classes),
    inputs=lambda description: CloudInput(description["points"]),
    segmenter=lambda description: PointNetSegmenter(
        len(description["classes"]), description["parts"]
    ),
)
