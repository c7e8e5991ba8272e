"""Features brought from few points to more, and layers that join them, against plain ones."""

import pytest
import torch
from torch import nn

from inr2vec_core.ops.interpolate import JoinedLinear, interpolated, nearest_centers
from inr2vec_core.ops.neighbors import gathered

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def plain_interpolated(x, index, weight):
    return (gathered(x, index) * weight.unsqueeze(3)).sum(2)


# ---------------------------------------------------------------------------- nearest centers


@pytest.mark.parametrize("b, n, m", [(2, 30, 9), (3, 4, 3), (1, 5, 40)])
def test_the_nearest_centers_are_those_of_all_pairs(b, n, m):
    points, centers = random(b, n, 3), random(b, m, 3, seed=1)
    index, weight = nearest_centers(points, centers)
    exact = torch.cdist(points, centers, compute_mode="donot_use_mm_for_euclid_dist")
    distance, expected = exact.topk(3, largest=False)
    assert index.dtype == torch.int64
    assert torch.equal(index, expected)
    inverse = distance.square().reciprocal()
    torch.testing.assert_close(weight, inverse / inverse.sum(2, keepdim=True))


@pytest.mark.parametrize("m", [1, 2])
def test_of_fewer_than_three_centers_all_are_taken(m):
    index, weight = nearest_centers(random(2, 5, 3), random(2, m, 3, seed=1))
    assert torch.equal(index.sort(2).values, torch.arange(m).expand(2, 5, m))
    torch.testing.assert_close(weight.sum(2), torch.ones(2, 5))


def test_weights_have_no_gradient():
    assert not nearest_centers(random(1, 4, 3).requires_grad_(), random(1, 5, 3))[1].requires_grad


# ---------------------------------------------------------------------------- interpolation


def test_a_center_keeps_its_own_value():
    centers, values = random(2, 9, 3), random(2, 9, 4, seed=1)
    index, weight = nearest_centers(centers[:, 2:7], centers)
    torch.testing.assert_close(interpolated(values, index, weight), values[:, 2:7])


def test_the_middle_between_two_centers_has_their_mean():
    centers = torch.tensor([[[0.0, 0, 0], [2, 0, 0]]])
    values = torch.tensor([[[1.0, -4], [5, 8]]])
    index, weight = nearest_centers(torch.tensor([[[1.0, 0, 0]]]), centers)
    assert interpolated(values, index, weight).tolist() == [[[3, 2]]]


def test_three_centers_weigh_by_inverse_squared_distance():
    centers = torch.tensor([[[9.0, 0, 0], [-1, 0, 0], [2, 0, 0], [0, 3, 0]]])  # 1/1, 1/4, 1/9
    values = torch.tensor([[[100.0], [1], [2], [3]]])
    index, weight = nearest_centers(torch.zeros(1, 1, 3), centers)
    assert index.tolist() == [[[1, 2, 3]]]
    assert interpolated(values, index, weight).item() == pytest.approx(
        (1 + 2 / 4 + 3 / 9) / (1 + 1 / 4 + 1 / 9)
    )


@pytest.mark.parametrize("b, n, m, k, c", [(3, 12, 5, 3, 6), (1, 2, 7, 2, 3), (2, 3, 1, 1, 9)])
def test_interpolation_has_the_values_and_gradients_of_autograd(b, n, m, k, c):
    x, weight = random(b, m, c).requires_grad_(), random(b, n, k, seed=1)
    index = torch.randint(m, (b, n, k), generator=torch.Generator().manual_seed(0))
    upstream, results = random(b, n, c, seed=2), []
    for function in (interpolated, plain_interpolated):
        out = function(x, index, weight)
        results.append((out, *torch.autograd.grad(out, x, upstream)))
    torch.testing.assert_close(*results)


def test_narrow_features_are_interpolated_in_float32():
    x = random(2, 6, 4).bfloat16().requires_grad_()
    index, weight = nearest_centers(random(2, 9, 3), random(2, 6, 3, seed=1))
    with torch.autocast("cpu", torch.bfloat16):
        out = interpolated(x, index, weight)
    assert out.dtype == torch.float32
    torch.testing.assert_close(out, plain_interpolated(x.float(), index, weight))
    assert torch.autograd.grad(out.sum(), x)[0].dtype == torch.bfloat16


def test_any_number_of_threads_gives_the_same():
    points, centers, x = random(5, 20, 3), random(5, 8, 3, seed=1), random(5, 8, 4, seed=2)
    before, results = torch.get_num_threads(), []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            leaf = x.clone().requires_grad_()
            index, weight = nearest_centers(points, centers)
            out = interpolated(leaf, index, weight)
            results.append((index, weight, out, *torch.autograd.grad(out.square().sum(), leaf)))
    finally:
        torch.set_num_threads(before)
    for one, two in zip(*results, strict=True):
        assert torch.equal(one, two)


@needs_gpu
def test_every_device_gives_the_same():
    points, centers, x = random(3, 20, 3), random(3, 8, 3, seed=1), random(3, 8, 4, seed=2)
    here = nearest_centers(points, centers)
    there = nearest_centers(points.cuda(), centers.cuda())
    torch.testing.assert_close([t.cpu() for t in there], list(here))
    torch.testing.assert_close(
        interpolated(x.cuda(), *there).cpu(), interpolated(x, *here), rtol=1e-4, atol=1e-5
    )


# ---------------------------------------------------------------------------- joined layers


class Plain(nn.Module):
    """One layer on the concatenation of a point's own features and those spread to it."""

    def __init__(self, ours):
        super().__init__()
        self.weight = nn.Parameter(
            torch.cat([ours.of_own.weight, ours.of_others.weight], 1).detach()
        )
        self.norm, self.activation = nn.BatchNorm1d(len(self.weight)), ours.activation

    def forward(self, own, others, spread):
        x = torch.cat([own, spread(others)], 2) @ self.weight.T
        return self.activation(self.norm(x.flatten(0, 1))).view(x.shape)


@pytest.mark.parametrize("slope", [0.0, 0.2])
@pytest.mark.parametrize("m", [1, 5])
def test_a_joined_layer_is_one_on_the_concatenation(m, slope):
    torch.manual_seed(0)
    ours = JoinedLinear(4, 6, 7, slope)
    plain = Plain(ours)
    own, others = random(2, 9, 4), random(2, m, 6, seed=1)
    if m == 1:
        spread = {"ours": None, "plain": lambda x: x.expand(2, 9, -1)}
    else:
        near = nearest_centers(random(2, 9, 3), random(2, m, 3, seed=2))
        spread = dict.fromkeys(["ours", "plain"], lambda x: interpolated(x, *near))
    out = ours(own, others, spread["ours"]) if spread["ours"] else ours(own, others)
    expected = plain(own, others, spread["plain"])
    assert (out < 0).any() == (slope > 0) and (out > 0).any()
    torch.testing.assert_close(out, expected, rtol=1e-4, atol=1e-5)
    upstream = random(2, 9, 7, seed=3)
    of_own, of_others = torch.autograd.grad(
        out, [ours.of_own.weight, ours.of_others.weight], upstream
    )
    (of_all,) = torch.autograd.grad(expected, plain.weight, upstream)
    torch.testing.assert_close(torch.cat([of_own, of_others], 1), of_all, rtol=1e-4, atol=1e-5)


def test_initial_weights_are_those_of_one_layer_of_all_inputs():
    torch.manual_seed(0)
    joined, one = JoinedLinear(20, 80, 500), nn.Linear(100, 500)
    for weight in (joined.of_own.weight, joined.of_others.weight):
        torch.testing.assert_close(weight.std(), one.weight.std(), rtol=0.02, atol=0)
        assert weight.abs().max() <= 0.1
