"""PointNet (Qi, Su, Mo, Guibas: PointNet, CVPR 2017).

PointNet's part segmentation (Qi, Su, Mo, Guibas: PointNet, CVPR 2017, supplement, Fig. 9).
"""

import torch
from torch import Tensor, nn

from inr2vec_core.ops.interpolate import JoinedLinear
from inr2vec_core.ops.mlp import PooledLinear, head, shared_mlp

REGULARISER = 1e-3


class PointTransform(nn.Module):
    """A matrix predicted from all points, the identity at first (the paper's T-Net).

    (b, n, size) -> (b, size, size).
    """

    def __init__(self, size: int):
        super().__init__()
        self.size = size
        self.points = shared_mlp([size, 64, 128])
        self.pooled = PooledLinear(128, 1024)
        self.whole = matrix_head(size)

    def forward(self, x: Tensor) -> Tensor:
        b, n, _ = x.shape
        pooled = self.pooled(self.points(x.reshape(b * n, -1)).view(b, n, -1))
        # Of few rows: the products would cost less than rounding the weights.
        with torch.autocast(x.device.type, enabled=False):
            matrix = self.whole(pooled).view(b, self.size, self.size)
        return matrix + torch.eye(self.size, device=x.device)


def matrix_head(size: int, slope: float = 0.0) -> nn.Sequential:
    """What a transform adds to the identity, nothing at first: (b, 1024) -> (b, size * size)."""
    layers = head([1024, 512, 256], size * size, (0, 0), slope)
    nn.init.zeros_(layers[-1].weight)
    nn.init.zeros_(layers[-1].bias)
    return layers


class PointNetEncoder(nn.Module):
    """Clouds to a global feature: (b, n, 3) -> (b, 1024).

    Attributes:
        penalty: of the last clouds, how far the feature transforms are from orthogonal, with the
            published weight, but the mean over a batch instead of the sum:
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
        self.penalty = REGULARISER * orthogonality_loss(transform)
        x = x @ transform.to(x.dtype)
        x = self.second(x.reshape(b * n, -1)).view(b, n, -1)
        return self.pooled(x)


def orthogonality_loss(matrices: Tensor) -> Tensor:
    """Half the mean squared Frobenius norm of A A^T - I: (b, k, k) -> ()."""
    with torch.autocast(matrices.device.type, enabled=False):
        a = matrices.float()
        difference = a @ a.mT - torch.eye(a.shape[1], device=a.device)
        return difference.square().sum((1, 2)).mean() / 2


def pointnet_head(classes: int) -> nn.Sequential:
    """(b, 1024) -> logits (b, classes)."""
    return head([1024, 512, 256], classes, (0, 0.3))


DROPOUT = 0.2


class PointNetParts(nn.Module):
    """Clouds (b, n, 3) of categories one-hot (b, classes) to logits of parts (b, n, parts).

    As in the figure, all features of a point but the 2048 that are pooled are joined with the
    cloud's 2048 and its category (3024 in all for 16); the authors' code joins the point's 2048
    too, and its transforms have other widths than the paper's. Dropout as in that code.

    Attributes:
        penalty: of the last clouds, as `PointNetEncoder` has it.
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
        self.last = nn.Sequential(nn.Dropout(DROPOUT), *head([256, 256, 128], parts, (DROPOUT, 0)))
        self.penalty: Tensor | float = 0.0

    def forward(self, points: Tensor, one_hot: Tensor) -> Tensor:
        b, n, _ = points.shape
        x = points @ self.input_transform(points).to(points.dtype)
        first = self.first(x.reshape(b * n, 3))
        second = self.second(first)
        third = self.third(second)
        transform = self.feature_transform(third.view(b, n, -1))
        self.penalty = REGULARISER * orthogonality_loss(transform)
        moved = (third.view(b, n, -1) @ transform.to(third.dtype)).view(b * n, -1)
        fourth = self.fourth(moved)
        own = torch.cat([first, second, third, moved, fourth], 1).view(b, n, -1)
        whole = self.pooled(fourth.view(b, n, -1))
        x = self.joined(own, torch.cat([whole, one_hot], 1).unsqueeze(1))
        return self.last(x.view(b * n, -1)).view(b, n, -1)
