"""PointNet's part segmentation (Qi, Su, Mo, Guibas: PointNet, CVPR 2017, supplement, Fig. 9)."""

import torch
from torch import Tensor, nn

from .layers import PooledLinear, head, shared_mlp
from .pointnet import REGULARISER, PointTransform, not_orthogonal
from .propagation import JoinedLinear

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
        self.penalty = REGULARISER * not_orthogonal(transform)
        moved = (third.view(b, n, -1) @ transform.to(third.dtype)).view(b * n, -1)
        fourth = self.fourth(moved)
        own = torch.cat([first, second, third, moved, fourth], 1).view(b, n, -1)
        whole = self.pooled(fourth.view(b, n, -1))
        x = self.joined(own, torch.cat([whole, one_hot], 1).unsqueeze(1))
        return self.last(x.view(b * n, -1)).view(b, n, -1)
