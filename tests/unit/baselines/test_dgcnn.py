"""DGCNN: its size, EdgeConv against one that builds every edge, and the order of points."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from inr2vec_core.baselines.dgcnn import SLOPE, DGCNNEncoder, EdgeConv, dgcnn_head
from inr2vec_core.baselines.registry import build_classifier
from inr2vec_core.ops.neighbors import gathered, k_nearest


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_it_has_the_published_size_less_the_one_bias_before_batchnorm():
    model = build_classifier(
        {"type": "dgcnn", "points": 32, "neighbors": 20, "classes": [str(c) for c in range(40)]}
    )
    biases = 256  # of the head's second layer; the published network has no other
    assert sum(p.numel() for p in model.parameters()) == 1_809_576 - biases


@pytest.mark.parametrize("b, n, k", [(2, 24, 5), (2, 6, 20), (1, 30, 20)])
def test_shapes_also_of_clouds_of_fewer_points_than_neighbors(b, n, k):
    encoder = DGCNNEncoder(k)
    feature = encoder(random(b, n, 3))
    assert feature.shape == (b, encoder.width)
    assert dgcnn_head(7).eval()(feature).shape == (b, 7)
    feature.sum().backward()
    assert all(p.grad.isfinite().all() for p in encoder.parameters())


def test_the_order_of_points_does_not_matter():
    torch.manual_seed(0)
    encoder = DGCNNEncoder(6)
    encoder(random(4, 40, 3, seed=1))
    encoder.eval()
    x = random(3, 40, 3)
    order = torch.randperm(40, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        feature, of_shuffled = encoder(x), encoder(x[:, order])
    between_clouds = (feature[0] - feature[1]).abs().max()
    assert (feature - of_shuffled).abs().max() < 1e-3 * between_clouds


def test_the_global_feature_is_the_maximum_and_the_mean_of_the_points():
    torch.manual_seed(0)
    encoder = DGCNNEncoder(3).eval()
    kept = []
    encoder.last.register_forward_hook(lambda module, x, out: kept.append(out))
    feature = encoder(random(2, 10, 3))
    of_points = kept[0].view(2, 10, 1024)
    torch.testing.assert_close(feature, torch.cat([of_points.amax(1), of_points.mean(1)], 1))


def test_neighbors_are_found_in_the_features_of_each_layer(monkeypatch):
    asked = []

    def recorded(x, k):
        asked.append((x.detach().clone(), k))
        return k_nearest(x, k)

    monkeypatch.setattr("inr2vec_core.baselines.dgcnn.k_nearest", recorded)
    x = random(2, 12, 3)
    DGCNNEncoder(4)(x)
    assert [tuple(features.shape) for features, _ in asked] == [
        (2, 12, 3), (2, 12, 64), (2, 12, 64), (2, 12, 128)
    ]  # fmt: skip
    assert torch.equal(asked[0][0], x) and {k for _, k in asked} == {4}


# ---------------------------------------------------------------------------- EdgeConv


class Plain(nn.Module):
    """All edges [x_j - x_i, x_i] through Linear, BatchNorm and LeakyReLU, and their maximum."""

    def __init__(self, ours):
        super().__init__()
        self.linear = nn.Linear(ours.linear.in_features, ours.linear.out_features, bias=False)
        self.norm = nn.BatchNorm1d(ours.linear.out_features)
        self.load_state_dict(ours.state_dict())

    def forward(self, x, neighbors):
        own = x.unsqueeze(2).expand(*neighbors.shape, -1)
        edges = torch.cat([gathered(x, neighbors) - own, own], 3)
        y = F.leaky_relu(self.norm(self.linear(edges.flatten(0, 2))), SLOPE)
        return y.view(*neighbors.shape, -1).amax(2)


def made(inputs, outputs, negative):
    torch.manual_seed(0)
    ours = EdgeConv(inputs, outputs)
    with torch.no_grad():
        ours.norm.weight.copy_(random(outputs, seed=1).abs())
        if negative:
            ours.norm.weight[::2] *= -1
        ours.norm.bias.copy_(random(outputs, seed=2))
    return ours, Plain(ours)


@pytest.mark.parametrize("negative", [False, True])
@pytest.mark.parametrize("b, n, k, i, o", [(3, 15, 4, 3, 8), (1, 6, 6, 5, 4), (2, 9, 1, 2, 12)])
def test_edge_convolution_is_the_plain_one(b, n, k, i, o, negative):
    ours, plain = made(i, o, negative)
    for seed in (0, 1):  # figures run over several batches
        x = random(b, n, i, seed=seed) + 0.5
        near, upstream = k_nearest(x, k), random(b, n, o, seed=seed + 10)
        results = []
        for module in (ours, plain):
            leaf = x.clone().requires_grad_()
            out = module(leaf, near)
            grads = torch.autograd.grad(out, [leaf, *module.parameters()], upstream)
            results.append([out, *grads])
        assert (results[1][0] < 0).any() and (results[1][0] > 0).any()
        torch.testing.assert_close(*results, rtol=1e-3, atol=1e-4)
    for name in ("running_mean", "running_var", "num_batches_tracked"):
        torch.testing.assert_close(
            getattr(ours.norm, name), getattr(plain.norm, name), rtol=1e-4, atol=1e-5
        )
    ours.eval(), plain.eval()
    torch.testing.assert_close(ours(x, near), plain(x, near), rtol=1e-4, atol=1e-5)


def test_evaluation_leaves_the_running_figures():
    ours, _ = made(3, 4, True)
    ours.eval()
    before = {k: v.clone() for k, v in ours.state_dict().items()}
    x = random(2, 8, 3)
    ours(x, k_nearest(x, 3))
    for name, value in ours.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_neighbors_may_be_any_points_and_repeat():
    # How often a point is a neighbor decides its weight in mean and variance.
    ours, plain = made(3, 8, True)
    x = random(2, 10, 3)
    near = torch.randint(3, (2, 10, 5), generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(ours(x, near), plain(x, near), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(ours.norm.running_var, plain.norm.running_var)


def test_mixed_precision_is_close():
    ours, plain = made(8, 16, True)
    x = random(3, 20, 8)
    near = k_nearest(x, 5)
    with torch.autocast("cpu", torch.bfloat16):
        out = ours(x, near)
    assert out.dtype == torch.float32
    torch.testing.assert_close(out, plain(x, near), rtol=0.05, atol=0.05)


def test_clouds_of_one_repeated_point_give_the_bias():
    ours, _ = made(3, 64, True)
    x = torch.full((3, 30, 3), 20.3)  # rounding makes some variances negative
    out = ours(x, k_nearest(x, 4))
    expected = F.leaky_relu(ours.norm.bias, SLOPE).expand_as(out)
    torch.testing.assert_close(out, expected, rtol=0, atol=0.05)
