"""BatchNorm and ReLU of sums over edges, against all edges built and torch's own layers."""

import copy
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from inr2vec_core.ops.layers.edge_batchnorm import EdgeBatchNorm
from inr2vec_core.ops.neighbors import gathered

FIGURES = ("running_mean", "running_var", "num_batches_tracked")


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def some_index(b, m, k, n, seed=0):
    return torch.randint(n, (b, m, k), generator=torch.Generator().manual_seed(seed))


def plain(norm, slope, x, own, index):
    edges = gathered(x, index) + own.unsqueeze(2)
    return F.leaky_relu(norm(edges.flatten(0, 2)), slope).view(edges.shape)


def made(channels, slope):
    """A layer whose BatchNorm has weights of both signs, and a BatchNorm with the same."""
    layer = EdgeBatchNorm(channels, slope)
    with torch.no_grad():
        layer.norm.weight.copy_(random(channels, seed=1))
        layer.norm.bias.copy_(random(channels, seed=2))
    assert (layer.norm.weight < 0).any() and (layer.norm.weight > 0).any()
    return layer, copy.deepcopy(layer.norm)


def with_gradients(function, norm, x, own, index, upstream):
    leaves = [x.clone().requires_grad_(), own.clone().requires_grad_()]
    out = function(*leaves, index)
    return out.detach(), *torch.autograd.grad(out, [*leaves, norm.weight, norm.bias], upstream)


@pytest.mark.parametrize("slope", [0.0, 0.2])
@pytest.mark.parametrize("b, n, m, k, c", [(3, 12, 5, 4, 6), (1, 3, 3, 7, 5), (2, 9, 9, 1, 12)])
def test_values_gradients_and_figures_are_those_of_all_edges(b, n, m, k, c, slope):
    layer, norm = made(c, slope)
    for seed in (0, 1):  # figures run over several batches
        x, own = random(b, n, c, seed=seed) + 1, random(b, m, c, seed=seed + 10) - 0.5
        index, upstream = some_index(b, m, k, n, seed), random(b, m, k, c, seed=seed + 20)
        ours = with_gradients(layer, layer.norm, x, own, index, upstream)
        expected = with_gradients(partial(plain, norm, slope), norm, x, own, index, upstream)
        assert (expected[0] <= 0).any() and (expected[0] > 0).any()
        torch.testing.assert_close(ours, expected, rtol=1e-3, atol=1e-4)
    for name in FIGURES:
        torch.testing.assert_close(getattr(layer.norm, name), getattr(norm, name))


def test_evaluation_uses_the_running_figures_and_leaves_them():
    layer, norm = made(6, 0.2)
    index = some_index(2, 5, 4, 7)
    for seed in range(3):
        x, own = random(2, 7, 6, seed=seed) + 2, random(2, 5, 6, seed=seed)
        layer(x, own, index), plain(norm, 0.2, x, own, index)
    before = {name: getattr(layer.norm, name).clone() for name in FIGURES}
    layer.eval(), norm.eval()
    x, own = random(2, 7, 6, seed=7), random(2, 5, 6, seed=8)
    out = layer(x, own, index)
    torch.testing.assert_close(out, plain(norm, 0.2, x, own, index), rtol=1e-4, atol=1e-5)
    for name, figure in before.items():
        assert torch.equal(getattr(layer.norm, name), figure)
    assert torch.equal(layer(x[:1], own[:1], index[:1]), out[:1])  # whatever else is in the batch


def test_mixed_precision_rounds_the_result_and_nothing_else():
    layer, _ = made(16, 0.2)
    x, own, index = random(2, 9, 16), random(2, 5, 16, seed=1), some_index(2, 5, 6, 9)
    upstream = random(2, 5, 6, 16, seed=2).bfloat16()

    def mixed(*args):
        with torch.autocast("cpu", torch.bfloat16):
            return layer(*args)

    narrow = with_gradients(mixed, layer.norm, x, own, index, upstream)
    of_wide = copy.deepcopy(layer)
    of_wide.norm.reset_running_stats()
    wide = with_gradients(of_wide, of_wide.norm, x, own, index, upstream.float())
    assert narrow[0].dtype == torch.bfloat16 and narrow[1].dtype == torch.float32
    assert torch.equal(narrow[0], wide[0].bfloat16())
    torch.testing.assert_close(narrow[1:], wide[1:])
    for name in FIGURES:
        assert torch.equal(getattr(layer.norm, name), getattr(of_wide.norm, name))


def test_sums_far_from_zero_keep_their_figures():
    # As of balls in a cloud: both terms vary much more than their sums.
    layer, norm = made(8, 0.0)
    places = 3 * random(2, 50, 8)
    x, own = places + 0.3 * random(2, 50, 8, seed=1), -places
    index = torch.arange(50).view(1, 50, 1).expand(2, 50, 3)
    out, expected = layer(x, own, index), plain(norm.double(), 0, x.double(), own.double(), index)
    torch.testing.assert_close(out, expected.float(), rtol=1e-3, atol=1e-4)


def test_any_number_of_threads_gives_the_same():
    layer, _ = made(6, 0.2)
    x, own, index = random(5, 9, 6), random(5, 4, 6, seed=1), some_index(5, 4, 3, 9)
    before, results = torch.get_num_threads(), []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            upstream = random(5, 4, 3, 6, seed=2)
            results.append(with_gradients(layer, layer.norm, x, own, index, upstream))
    finally:
        torch.set_num_threads(before)
    for one, two in zip(*results, strict=True):
        assert torch.equal(one, two)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_every_device_gives_the_same():
    layer, _ = made(6, 0.2)
    there = copy.deepcopy(layer).cuda()
    x, own, index = random(3, 9, 6), random(3, 4, 6, seed=1), some_index(3, 4, 5, 9)
    upstream = random(3, 4, 5, 6, seed=2)
    here = with_gradients(layer, layer.norm, x, own, index, upstream)
    on_gpu = with_gradients(there, there.norm, x.cuda(), own.cuda(), index.cuda(), upstream.cuda())
    torch.testing.assert_close([t.cpu() for t in on_gpu], list(here), rtol=1e-4, atol=1e-5)
    assert isinstance(there.norm, nn.BatchNorm1d)
    torch.testing.assert_close(there.norm.running_var.cpu(), layer.norm.running_var)
