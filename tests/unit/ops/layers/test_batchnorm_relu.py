"""BatchNorm and ReLU in compiled passes, against torch's own."""

import copy

import pytest
import torch

from inr2vec_core.ops.layers.batchnorm_relu import ROWS, BatchNormReLU

FIGURES = ("running_mean", "running_var", "num_batches_tracked")


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def plain(norm, x):
    return norm(x.flatten(0, -2)).relu().view(x.shape)


def made(channels):
    """A layer with weights of both signs, and a BatchNorm with the same."""
    layer = BatchNormReLU(channels)
    with torch.no_grad():
        layer.norm.weight.copy_(random(channels, seed=1))
        layer.norm.bias.copy_(random(channels, seed=2))
    assert (layer.norm.weight < 0).any() and (layer.norm.weight > 0).any()
    return layer, copy.deepcopy(layer.norm)


def with_gradients(function, norm, x, upstream):
    x = x.clone().requires_grad_()
    out = function(x)
    return out.detach(), *torch.autograd.grad(out, (x, norm.weight, norm.bias), upstream)


@pytest.mark.parametrize("shape", [(3, 7, 6), (2, ROWS, 5), (1, 4, ROWS // 2 + 3, 9), (4, 1, 6)])
def test_values_gradients_and_figures_are_those_of_the_layers(shape):
    layer, norm = made(shape[-1])
    for seed in (0, 1):  # figures run over several batches
        x, upstream = 2 * random(*shape, seed=seed) + 1, random(*shape, seed=seed + 10)
        ours = with_gradients(layer, layer.norm, x, upstream)
        expected = with_gradients(lambda x: plain(norm, x), norm, x, upstream)
        assert (expected[0] == 0).any() and (expected[0] > 0).any()
        torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-5)
    for name in FIGURES:
        torch.testing.assert_close(getattr(layer.norm, name), getattr(norm, name))


def test_evaluation_uses_the_running_figures_and_leaves_them():
    layer, norm = made(6)
    for seed in range(3):
        layer(random(2, 9, 6, seed=seed) + 2), plain(norm, random(2, 9, 6, seed=seed) + 2)
    before = {name: getattr(layer.norm, name).clone() for name in FIGURES}
    layer.eval(), norm.eval()
    x = random(2, 5, 3, 6, seed=7)
    torch.testing.assert_close(layer(x), plain(norm, x))
    for name, figure in before.items():
        assert torch.equal(getattr(layer.norm, name), figure)


def test_bfloat16_rounds_the_results_of_float32_to_nearest():
    layer, _ = made(16)
    x, upstream = random(3, 8, 16).bfloat16(), random(3, 8, 16, seed=3).bfloat16()
    ours = with_gradients(layer, layer.norm, x, upstream)
    wide = with_gradients(layer, layer.norm, x.float(), upstream.float())
    assert ours[0].dtype == ours[1].dtype == torch.bfloat16
    assert ours[2].dtype == ours[3].dtype == torch.float32
    assert torch.equal(ours[0], wide[0].bfloat16())
    assert torch.equal(ours[1], wide[1].bfloat16())
    torch.testing.assert_close(ours[2:], wide[2:])


def test_a_memory_layout_of_another_order_gives_the_same():
    layer, _ = made(6)
    x, upstream = random(2, 4, 5, 6), random(2, 4, 5, 6, seed=3)
    turned, turned_upstream = (
        t.transpose(1, 2).contiguous().transpose(1, 2) for t in (x, upstream)
    )
    assert not turned.is_contiguous()
    for a, b in zip(
        with_gradients(layer, layer.norm, x, upstream),
        with_gradients(layer, layer.norm, turned, turned_upstream),
        strict=True,
    ):
        torch.testing.assert_close(a, b)


def test_channels_that_never_change_give_their_bias():
    layer, _ = made(64)
    x = (10 * random(64, seed=5)).expand(4, 30, 64)  # rounding makes some variances negative
    expected = layer.norm.bias.relu().expand(4, 30, 64)
    torch.testing.assert_close(layer(x), expected, rtol=0, atol=0.02)


def test_what_is_no_number_is_not_made_one():
    layer, norm = made(6)
    x = random(3, 7, 6)
    x[1, 2, 4] = torch.nan
    for out in (layer(x), plain(norm, x)):
        assert out[..., 4].isnan().all()
        assert out[..., [0, 1, 2, 3, 5]].isfinite().all()


def test_any_number_of_threads_gives_the_same(monkeypatch):
    monkeypatch.setattr("inr2vec_core.ops.parallel.SMALL", 0)  # or torch would compute the second
    layer, _ = made(6)
    x, upstream = random(5, 4, 6), random(5, 4, 6, seed=3)
    before, results = torch.get_num_threads(), []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            results.append(with_gradients(layer, layer.norm, x, upstream))
    finally:
        torch.set_num_threads(before)
    for one, two in zip(*results, strict=True):
        assert torch.equal(one, two)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_every_device_gives_the_same():
    layer, _ = made(6)
    there = copy.deepcopy(layer).cuda()
    x, upstream = random(3, 5, 6), random(3, 5, 6, seed=3)
    here = with_gradients(layer, layer.norm, x, upstream)
    on_gpu = with_gradients(there, there.norm, x.cuda(), upstream.cuda())
    torch.testing.assert_close([t.cpu() for t in on_gpu], list(here), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(there.norm.running_var.cpu(), layer.norm.running_var)
