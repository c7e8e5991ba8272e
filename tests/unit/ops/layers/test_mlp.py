"""Layers of the networks on clouds: the pooled linear layer, against its parts one by one."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from inr2vec_core.ops.layers.mlp import PooledLinear, head, shared_mlp

FIGURES = ("running_mean", "running_var", "num_batches_tracked")
LENGTHS = [64, 7, 1]


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


class Plain(nn.Module):
    """Linear, BatchNorm, ReLU and the maximum one after another, with a layer's weights."""

    def __init__(self, layer):
        super().__init__()
        self.linear, self.norm = copy.deepcopy(layer.linear), copy.deepcopy(layer.norm)

    def forward(self, x):
        b, n, i = x.shape
        return self.norm(self.linear(x.reshape(b * n, i))).relu().view(b, n, -1).amax(1)


def made(inputs, outputs):
    """A layer whose BatchNorm has weights of both signs, and the plain one."""
    torch.manual_seed(0)
    layer = PooledLinear(inputs, outputs)
    with torch.no_grad():
        layer.norm.weight.copy_(random(outputs, seed=1))
        layer.norm.bias.copy_(random(outputs, seed=2) - 2)
    assert (layer.norm.weight < 0).any() and (layer.norm.weight > 0).any()
    return layer, Plain(layer)


def with_gradients(layer, x, upstream):
    x = x.clone().requires_grad_()
    out = layer(x)
    parameters = (x, layer.linear.weight, layer.norm.weight, layer.norm.bias)
    return out.detach(), *torch.autograd.grad(out, parameters, upstream)


# ---------------------------------------------------------------------------- PooledLinear


@pytest.mark.parametrize("n", LENGTHS)
def test_values_gradients_and_figures_are_those_of_the_layers_one_after_another(n):
    layer, plain = made(5, 12)
    for seed in (0, 1):  # figures run over several batches
        # The inputs' mean is not 0, and they are correlated.
        x = random(3, n, 5, seed=seed) @ random(5, 5, seed=20) + 3
        upstream = random(3, 12, seed=seed + 10)
        ours, expected = (with_gradients(m, x, upstream) for m in (layer, plain))
        assert (expected[0] == 0).any() and (expected[0] > 0).any()
        torch.testing.assert_close(ours, expected, rtol=1e-3, atol=1e-4)
    for name in FIGURES:
        torch.testing.assert_close(
            getattr(layer.norm, name), getattr(plain.norm, name), rtol=1e-4, atol=1e-5
        )


def test_evaluation_uses_the_running_figures_and_leaves_them():
    layer, plain = made(5, 12)
    for seed in range(3):
        layer(random(2, 40, 5, seed=seed) + 1), plain(random(2, 40, 5, seed=seed) + 1)
    before = {name: getattr(layer.norm, name).clone() for name in FIGURES}
    layer.eval(), plain.eval()
    x, upstream = random(3, 64, 5, seed=7), random(3, 12, seed=8)
    ours, expected = (with_gradients(m, x, upstream) for m in (layer, plain))
    torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-5)
    for name, figure in before.items():
        assert torch.equal(getattr(layer.norm, name), figure)
    torch.testing.assert_close(layer(x[:1]), layer(x)[:1])


def test_mixed_precision_is_close_and_keeps_the_figures_exact():
    layer, plain = made(16, 12)
    x, upstream = random(3, 64, 16).bfloat16(), random(3, 12, seed=3)
    with torch.autocast("cpu", torch.bfloat16):
        ours = with_gradients(layer, x, upstream)
    expected = with_gradients(plain, x.float(), upstream)
    assert ours[0].dtype == torch.float32 and ours[1].dtype == torch.bfloat16
    for name in FIGURES:
        torch.testing.assert_close(getattr(layer.norm, name), getattr(plain.norm, name))
    torch.testing.assert_close(ours[0], expected[0], rtol=0.02, atol=0.05)
    for a, b in zip(ours[2:], expected[2:], strict=True):
        assert F.cosine_similarity(a.flatten(), b.flatten(), dim=0) > 0.99


@pytest.mark.parametrize("training", [True, False])
def test_a_slope_makes_the_pooled_layer_leaky(training):
    layer, plain = made(5, 12)
    leaky = PooledLinear(5, 12, 0.2).train(training)
    leaky.load_state_dict(layer.state_dict())
    x = random(3, 40, 5)
    y = plain.norm.train(training)(plain.linear(x.flatten(0, 1)))
    expected = F.leaky_relu(y, 0.2).view(3, 40, 12).amax(1)
    assert (expected < 0).any()
    torch.testing.assert_close(leaky(x), expected, rtol=1e-4, atol=1e-5)


def test_a_cloud_pools_to_the_same_in_any_order():
    layer, _ = made(5, 12)
    layer.eval()
    x = random(2, 50, 5)
    order = torch.randperm(50, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(layer(x[:, order]), layer(x))


# ---------------------------------------------------------------------------- plain layers


def test_a_shared_layer_has_no_bias_before_batchnorm():
    layers = shared_mlp([3, 5, 4])
    kinds = [type(layer).__name__ for layer in layers]
    assert kinds == ["Linear", "BatchNorm1d", "ReLU"] * 2
    assert [layer.weight.shape for layer in layers[::3]] == [(5, 3), (4, 5)]
    assert all(layer.bias is None for layer in layers[::3])


def test_a_slope_makes_it_leaky():
    layer = shared_mlp([2, 2], 0.2)[2]
    assert layer(torch.tensor([-1.0, 2.0])).tolist() == pytest.approx([-0.2, 2.0])


def test_a_head_drops_out_where_it_has_a_rate():
    layers = head([8, 6, 4], 3, (0, 0.3))
    shared = ["Linear", "BatchNorm1d", "ReLU"]
    assert [type(layer).__name__ for layer in layers] == [*shared, *shared, "Dropout", "Linear"]
    assert layers[6].p == 0.3
    assert layers[-1].weight.shape == (3, 4) and layers[-1].bias.shape == (3,)
