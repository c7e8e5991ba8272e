"""PointNet++'s part segmentation with single-scale grouping (Qi et al., NeurIPS 2017, App. B)."""

import torch
from torch import Tensor, nn

from .layers import head, shared_mlp
from .pointnet2 import PointNet2Encoder
from .propagation import JoinedLinear, interpolated, nearest_centres


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
        index, weight = nearest_centres(points, centres)
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
