"""PointNet++: its size, its set abstraction against a plain one, and clouds of any size."""

import pytest
import torch
from torch import nn

from inr2vec_core.baselines.pointnet2 import SetAbstraction, pointnet2_head, single_scale_encoder
from inr2vec_core.baselines.registry import build_classifier
from inr2vec_core.ops.neighbors import ball_query, farthest_points, gathered


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def cloud(b, n, seed=0):
    return nn.functional.normalize(random(b, n, 3, seed=seed), dim=2)


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    return single_scale_encoder()


@pytest.mark.parametrize("kind, published, biases", [
    ("pointnet2", 1_475_688,
     (64 + 64 + 128) + (128 + 128 + 256) + (256 + 512 + 1024) + (512 + 256)),
    ("pointnet2_msg", 1_747_368,
     (32 + 32 + 64) + (64 + 64 + 128) + (64 + 96 + 128)
     + (64 + 64 + 128) + (128 + 128 + 256) + (128 + 128 + 256)
     + (256 + 512 + 1024) + (512 + 256)),
])  # fmt: skip
def test_it_has_the_published_size_less_the_biases_before_batchnorm(kind, published, biases):
    model = build_classifier({"type": kind, "points": 32, "classes": [str(c) for c in range(40)]})
    assert sum(p.numel() for p in model.parameters()) == published - biases


@pytest.mark.parametrize("b, n", [(2, 24), (3, 7), (2, 130)])
def test_clouds_of_fewer_points_than_there_are_centers(b, n, encoder):
    feature = encoder(cloud(b, n))
    assert feature.shape == (b, encoder.width)
    assert feature.isfinite().all()
    assert pointnet2_head(7)(feature).shape == (b, 7)
    feature.sum().backward()
    assert all(p.grad.isfinite().all() for p in encoder.parameters())


def test_a_larger_cloud_has_512_centers_and_then_128(encoder):
    encoder.eval()
    x = cloud(1, 600)
    with torch.no_grad():
        centers, features = encoder.level1(x, None)
        assert centers.shape == (1, 512, 3) and features.shape == (1, 512, 128)
        centers, features = encoder.level2(centers, features)
        assert centers.shape == (1, 128, 3) and features.shape == (1, 128, 256)
        assert encoder(x).shape == (1, 1024)


def test_the_order_of_points_does_not_matter_while_balls_hold_at_most_k_points(encoder):
    # Of a ball with more, the first k are taken, as published, and those depend on the order. The
    # 24 points here fit any ball of 32 or 64; padding repeats points, which leaves the maximum.
    encoder(cloud(4, 24, seed=1))
    encoder.eval()
    x = cloud(3, 24)
    order = torch.randperm(24, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        feature, of_shuffled = encoder(x), encoder(x[:, order])
    between_clouds = (feature[0] - feature[1]).abs().max()
    assert (feature - of_shuffled).abs().max() < 1e-3 * between_clouds


# ---------------------------------------------------------------------------- set abstraction


class Plain(nn.Module):
    """Every point of every ball relative to its center, through the layers one after another."""

    def __init__(self, ours, inputs, widths):
        super().__init__()
        self.centers, self.radius, self.k = ours.centers, ours.radius, ours.k
        layers = []
        for i, o in zip([3 + inputs, *widths[:-1]], widths, strict=True):
            layers += [nn.Linear(i, o, bias=False), nn.BatchNorm1d(o), nn.ReLU()]
        self.layers = nn.Sequential(*layers)
        with torch.no_grad():
            for mine, theirs in zip(self.parameters(), ours.parameters(), strict=True):
                mine.copy_(theirs)

    def forward(self, points, features):
        centers = points
        if self.centers < points.shape[1]:
            centers = gathered(points, farthest_points(points, self.centers))
        index = ball_query(centers, points, self.radius, self.k)
        x = gathered(points, index) - centers.unsqueeze(2)
        if features is not None:
            x = torch.cat([x, gathered(features, index)], 3)
        return centers, self.layers(x.flatten(0, 2)).view(*index.shape, -1).amax(2)


def norms(module):
    return [m for m in module.modules() if isinstance(m, nn.BatchNorm1d)]


def made(centers, inputs, widths=(8, 6, 10)):
    torch.manual_seed(0)
    ours = SetAbstraction(centers, 0.8, 5, inputs, widths)
    with torch.no_grad():
        for i, norm in enumerate(norms(ours)):  # weights of both signs
            norm.weight.copy_(random(len(norm.weight), seed=i))
            norm.bias.copy_(random(len(norm.bias), seed=10 + i))
    return ours, Plain(ours, inputs, widths)


@pytest.mark.parametrize("inputs", [0, 4])
@pytest.mark.parametrize("centers", [6, 20])
def test_set_abstraction_is_the_plain_one(centers, inputs):
    ours, plain = made(centers, inputs)
    points = cloud(2, 20)
    features = random(2, 20, inputs, seed=1) if inputs else None
    upstream = random(2, centers, 10, seed=2), random(2, centers, 3, seed=3)
    results = []
    for module in (ours, plain):
        leaves = [points.clone().requires_grad_()]
        leaves += [features.clone().requires_grad_()] if inputs else []
        chosen, x = module(leaves[0], leaves[1] if inputs else None)
        grads = torch.autograd.grad((x, chosen), [*leaves, *module.parameters()], upstream)
        figures = [f for n in norms(module) for f in (n.running_mean, n.running_var)]
        results.append([chosen, x, *grads, *figures])
    torch.testing.assert_close(*results, rtol=1e-3, atol=1e-4)
    ours.eval(), plain.eval()
    torch.testing.assert_close(
        ours(points, features), plain(points, features), rtol=1e-4, atol=1e-4
    )


def test_the_compared_balls_were_both_padded_and_cut_off():
    points = cloud(2, 20)
    inside = (torch.cdist(points, points) <= 0.8).sum(2)
    assert (inside < 5).any() and (inside > 5).any()


def test_the_features_of_a_ball_do_not_depend_on_where_it_is():
    ours, _ = made(6, 4)
    ours.eval()
    points, features = cloud(2, 20), random(2, 20, 4, seed=1)
    there = points + torch.tensor([0.5, -2.0, 1.0])
    torch.testing.assert_close(
        ours(there, features)[1], ours(points, features)[1], rtol=1e-3, atol=1e-4
    )
