"""PointNet++ with balls of several sizes: what its levels are made of."""

import torch
from torch import nn

from inr2vec_core.baselines.pointnet2 import SetAbstraction
from inr2vec_core.baselines.pointnet2_msg import LEVEL1, MultiScaleAbstraction


def cloud(b, n):
    points = torch.randn((b, n, 3), generator=torch.Generator().manual_seed(0))
    return nn.functional.normalize(points, dim=2)


def test_one_size_alone_is_the_single_scale_level():
    points, features = cloud(2, 20), torch.rand(2, 20, 4)
    torch.manual_seed(0)
    single = SetAbstraction(6, 0.8, 5, 4, [8, 6, 10])
    torch.manual_seed(0)
    several = MultiScaleAbstraction(6, 4, [(0.8, 5, (8, 6, 10))])
    for ours, expected in zip(several(points, features), single(points, features), strict=True):
        assert torch.equal(ours, expected)


def test_each_size_has_channels_of_its_own():
    torch.manual_seed(0)
    level = MultiScaleAbstraction(8, 0, LEVEL1).eval()
    assert level.width == 64 + 128 + 128
    points = cloud(1, 64)
    with torch.no_grad():
        centers, features = level(points, None)
        for k, (start, stop) in enumerate(((0, 64), (64, 192), (192, 320))):
            alone = level.scales[k].features_of_balls(centers, points, None)
            assert torch.equal(features[..., start:stop], alone)
    assert centers.shape == (1, 8, 3)
