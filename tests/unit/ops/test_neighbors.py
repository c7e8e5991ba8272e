"""Neighborhoods of the networks on clouds, against all pairs, plain loops and torch's autograd."""

import numpy as np
import pytest
import torch

from inr2vec_core.ops import neighbors
from inr2vec_core.ops.neighbors import (
    _ball_query_by_torch,
    ball_query,
    farthest_points,
    gathered,
    k_nearest,
    max_and_sum,
)

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def some_index(b, m, k, n, seed=0):
    return torch.randint(n, (b, m, k), generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def threads():
    """A function that sets torch's threads, which are as before at the end."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


# ---------------------------------------------------------------------------- k nearest


def by_all_pairs(x, k):
    exact = torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist")
    return exact.topk(k, largest=False).indices


def as_sets(index):
    return index.sort(2).values


@pytest.mark.parametrize("b, n, c, k", [(2, 30, 3, 5), (3, 40, 16, 7), (1, 9, 3, 9), (2, 5, 3, 1)])
def test_the_k_nearest_are_those_of_all_pairs(b, n, c, k):
    x = random(b, n, c)
    found = k_nearest(x, k)
    assert found.dtype == torch.int64
    assert torch.equal(as_sets(found), as_sets(by_all_pairs(x, k)))


@pytest.mark.parametrize("pairs", [1, 2 * 30, 2 * 30 * 4, 2 * 30 * 29])
def test_the_k_nearest_are_found_in_blocks_of_rows(pairs, monkeypatch):
    x = random(2, 30, 3)
    monkeypatch.setattr(neighbors, "PAIRS", pairs)
    assert torch.equal(as_sets(k_nearest(x, 6)), as_sets(by_all_pairs(x, 6)))


def test_a_cloud_of_fewer_points_than_neighbors_gives_all_of_them():
    found = k_nearest(random(2, 4, 3), 20)
    assert torch.equal(as_sets(found), torch.arange(4).expand(2, 4, 4))


def test_mixed_precision_leaves_the_nearest_as_they_are():
    x = random(2, 60, 8)
    with torch.autocast("cpu", torch.bfloat16):
        found = k_nearest(x, 6)
    assert torch.equal(as_sets(found), as_sets(by_all_pairs(x, 6)))


def test_features_that_became_nan_still_give_points_of_the_cloud():
    x = random(2, 10, 3)
    x[0] = torch.nan
    found = k_nearest(x, 4)
    assert found.min() >= 0 and found.max() < 10
    assert torch.equal(as_sets(found[1:]), as_sets(by_all_pairs(x[1:], 4)))


# ---------------------------------------------------------------------------- balls


def plain_balls(centers, points, radius, k):
    found = []
    for own, cloud in zip(centers.numpy(), points.numpy(), strict=True):
        for center in own:
            inside = np.flatnonzero(np.linalg.norm(cloud - center, axis=1) <= radius)[:k]
            found.append([*inside, *[inside[0]] * (k - len(inside))])
    return torch.tensor(np.array(found)).view(*centers.shape[:2], k)


def test_balls_are_those_of_plain_loops():
    points = random(3, 40, 3)
    centers = points[:, 5:25]
    inside = (torch.cdist(centers, points) <= 1.0).sum(2)
    assert (inside < 6).any() and (inside > 6).any()  # both padded and cut off
    found = ball_query(centers, points, 1.0, 6)
    assert found.dtype == torch.int64
    assert torch.equal(found, plain_balls(centers, points, 1.0, 6))


def test_balls_by_hand_hold_their_boundary_and_repeat_their_first_point():
    line = torch.tensor([0, 0.5, 1.0, 1.5])[None, :, None] * torch.tensor([1.0, 0, 0])
    found = ball_query(line, line, 0.5, 3)
    assert found.tolist() == [[[0, 1, 0], [0, 1, 2], [1, 2, 3], [2, 3, 2]]]
    assert ball_query(line, line, 0.5, 2).tolist() == [[[0, 1], [0, 1], [1, 2], [2, 3]]]


# ---------------------------------------------------------------------------- farthest points


def plain_farthest(points, m):
    found = []
    for cloud in points.numpy().astype(float):
        chosen = [np.linalg.norm(cloud - cloud.mean(0), axis=1).argmax()]
        while len(chosen) < m:
            to_chosen = np.linalg.norm(cloud[:, None] - cloud[chosen], axis=2)
            chosen.append(to_chosen.min(1).argmax())
        found.append(chosen)
    return torch.tensor(np.array(found))


@pytest.mark.parametrize("m", [1, 2, 7, 25])
def test_farthest_points_are_those_of_plain_loops(m):
    points = random(3, 25, 3)
    found = farthest_points(points, m)
    assert found.dtype == torch.int64
    assert torch.equal(found, plain_farthest(points, m))


def test_farthest_points_by_hand():
    line = torch.tensor([1.0, 0, 10, 4])[None, :, None].expand(1, 4, 3)
    assert farthest_points(line, 4).tolist() == [[2, 1, 3, 0]]


def test_the_order_of_points_does_not_change_which_are_farthest():
    points = random(2, 30, 3)
    shuffled = points[:, torch.randperm(30, generator=torch.Generator().manual_seed(1))]
    first, second = (gathered(x, farthest_points(x, 8)) for x in (points, shuffled))
    assert torch.equal(first, second)


def test_all_points_are_farthest_points_where_so_many_are_asked_for():
    found = farthest_points(random(2, 17, 3), 17)
    assert torch.equal(found.sort(1).values, torch.arange(17).expand(2, 17))


# ---------------------------------------------------------------------------- sums over neighbors


def test_gathered_takes_rows_of_the_own_cloud():
    x = torch.arange(2 * 3 * 2.0).view(2, 3, 2)
    assert gathered(x, torch.tensor([[2, 0], [1, 1]])).tolist() == [
        [[4, 5], [0, 1]], [[8, 9], [8, 9]]
    ]  # fmt: skip
    index = some_index(2, 5, 4, 3)
    expected = torch.stack([x[b][index[b]] for b in range(2)])
    assert torch.equal(gathered(x, index), expected)


def plain_max_and_sum(x, index):
    near = gathered(x, index)
    return near.amax(2), near.sum(2)


@pytest.mark.parametrize("b, n, k, c", [(3, 12, 5, 4), (1, 4, 1, 3), (2, 6, 9, 8)])
def test_max_and_sum_have_the_values_and_gradients_of_autograd(b, n, k, c):
    # Some neighbors are the same point twice, as where balls are padded.
    x, index = random(b, n, c).requires_grad_(), some_index(b, n, k, n)
    upstream = random(b, n, c, seed=1), random(b, n, c, seed=2)
    results = []
    for function in (max_and_sum, plain_max_and_sum):
        out = function(x, index)
        results.append((*out, *torch.autograd.grad(out, x, upstream)))
    torch.testing.assert_close(*results)


def test_either_of_max_and_sum_may_be_unused():
    x, index = random(2, 8, 3).requires_grad_(), some_index(2, 8, 4, 8)
    for which in (0, 1):
        ours, plain = (
            torch.autograd.grad(f(x, index)[which].square().sum(), x)
            for f in (max_and_sum, plain_max_and_sum)
        )
        torch.testing.assert_close(ours, plain)


# ---------------------------------------------------------------------------- threads


def max_and_sum_with_gradient(x, index):
    out = max_and_sum(x, index)
    return *out, *torch.autograd.grad(out, x, [x.detach(), 2 * x.detach()])


@pytest.mark.parametrize(
    "function",
    [
        lambda x, index: (k_nearest(x, 4),),
        lambda x, index: (ball_query(x.detach(), x.detach(), 1.0, 4),),
        lambda x, index: (farthest_points(x, 6),),
        max_and_sum_with_gradient,
    ],
    ids=["k_nearest", "ball_query", "farthest_points", "max_and_sum"],
)
def test_any_number_of_threads_gives_the_same(function, threads):
    x, index = random(5, 20, 3).requires_grad_(), some_index(5, 20, 4, 20)
    results = []
    for count in (1, 2):
        threads(count)
        results.append(function(x, index))
    for one, two in zip(*results, strict=True):
        assert torch.equal(one, two)


# ---------------------------------------------------------------------------- GPUs


@needs_gpu
def test_every_device_finds_the_same_neighborhoods():
    x = random(3, 40, 3)
    on_gpu = x.cuda()
    assert torch.equal(as_sets(k_nearest(on_gpu, 5)).cpu(), as_sets(k_nearest(x, 5)))
    assert torch.equal(
        ball_query(on_gpu[:, :9].contiguous(), on_gpu, 1.0, 6).cpu(),
        ball_query(x[:, :9], x, 1.0, 6),
    )
    assert torch.equal(farthest_points(on_gpu, 9).cpu(), farthest_points(x, 9))


@needs_gpu
def test_every_device_sums_alike():
    x, index = random(3, 12, 4), some_index(3, 12, 5, 12)
    on_gpu = [t.cpu() for t in max_and_sum(x.cuda(), index.cuda())]
    torch.testing.assert_close(on_gpu, list(max_and_sum(x, index)))


@pytest.mark.parametrize("n", [5, 40])
def test_balls_by_torch_are_the_compiled_ones(n):
    points = torch.rand(3, n, 3, generator=torch.Generator().manual_seed(0))
    compiled = ball_query(points[:, :4], points, 0.4, 12)
    assert torch.equal(_ball_query_by_torch(points[:, :4], points, 0.4, 12), compiled)
    assert compiled.shape == (3, 4, 12)
