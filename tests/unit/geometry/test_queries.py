"""Queries: how many of which kind, where, and their 16-bit form."""

import numpy as np
import pytest
import torch

from inr2vec_core.geometry.queries import QuerySampling, dequantize, sample_coordinates


def only(sigma=0.0, uniform=0.0):
    """A mix of one kind of query."""
    return QuerySampling([sigma], [0.0 if uniform else 1.0], uniform)


def of(points, stream=None):
    """The surface that these points are."""
    stream = stream or np.random.default_rng(7)
    return lambda count: points[stream.integers(len(points), size=count)]


def seeded(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("n", [1, 7, 100, 20_000, 599_999])
def test_counts_sum_to_n_and_follow_the_shares(n):
    counts = QuerySampling().counts(n)
    assert sum(counts) == n
    np.testing.assert_allclose(counts, n * np.array([100, 250, 200, 25, 25]) / 600, atol=1)


def test_the_papers_counts():
    assert QuerySampling().counts(600_000) == [100_000, 250_000, 200_000, 25_000, 25_000]


def test_shares_are_relative():
    assert QuerySampling([0.0, 0.1], [100, 250], 50).counts(8) == [2, 5, 1]


def test_coordinates_stay_in_the_cube_even_around_its_corner():
    corner = np.ones((1, 3), np.float32)
    coords = sample_coordinates(of(corner), 500, QuerySampling(), seeded())
    assert coords.shape == (500, 3) and coords.dtype == np.float32
    assert coords.max() == 1 and coords.min() >= -1


def test_a_sigma_of_zero_draws_the_points_themselves(rng):
    points = rng.uniform(-1, 1, (5, 3)).astype(np.float32)
    coords = sample_coordinates(of(points), 200, only(sigma=0.0), rng)
    assert {tuple(c) for c in coords} == {tuple(p) for p in points}


def test_noise_has_the_asked_deviation_in_each_axis():
    coords = sample_coordinates(of(np.zeros((1, 3), np.float32)), 5000, only(sigma=0.1), seeded())
    np.testing.assert_allclose(coords.std(0), 0.1, rtol=0.05)
    np.testing.assert_allclose(coords.mean(0), 0, atol=0.01)


def test_uniform_queries_fill_the_cube():
    coords = sample_coordinates(of(np.zeros((1, 3), np.float32)), 5000, only(uniform=1), seeded())
    np.testing.assert_allclose(coords.std(0), 1 / 3**0.5, rtol=0.05)


def test_order_is_random_so_that_a_block_holds_every_kind():
    origin = np.zeros((1, 3), np.float32)
    coords = sample_coordinates(of(origin), 4000, QuerySampling([0.0], [1], 1), seeded())
    on_surface = (coords == 0).all(1)
    assert on_surface.sum() == 2000
    # 1,000 of the first 2,000 are expected, with a deviation of about 16.
    assert 900 < on_surface[:2000].sum() < 1100


def test_dequantise_by_hand():
    coords, labels = dequantize(torch.tensor([[[-32767, 0, 32767, 32767]]], dtype=torch.int16))
    assert coords.tolist() == [[[-1, 0, 1]]]
    assert labels.tolist() == [[1]]
