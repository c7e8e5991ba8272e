"""Nearest distances by the grid, against all pairs and against SciPy's tree."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from inr2vec_core.ops.clipped_distance import clipped_distances


def all_pairs(points, queries, limit):
    distance = np.linalg.norm(points[None].astype(float) - queries[:, None].astype(float), axis=2)
    return np.minimum(distance.min(1), limit)


@pytest.mark.parametrize("limit", [0.02, 0.1, 3.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equals_all_pairs(limit, dtype, rng):
    points = rng.uniform(-1, 1, (40, 3)).astype(dtype)
    queries = rng.uniform(-1.5, 1.5, (500, 3)).astype(dtype)
    found = clipped_distances(points, queries, limit)
    np.testing.assert_allclose(found, all_pairs(points, queries, limit), rtol=1e-12)


def test_equals_a_tree_around_a_real_sized_cloud(rng):
    points = rng.standard_normal((2048, 3))
    points = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    queries = np.repeat(points, 3, 0) + rng.standard_normal((6144, 3)) * 0.03
    expected = cKDTree(points).query(queries)[0].clip(max=0.1)
    np.testing.assert_allclose(clipped_distances(points, queries, 0.1), expected, rtol=1e-12)


def test_the_limit_is_reached_exactly_and_far_queries_have_it(rng):
    points = np.zeros((1, 3))
    queries = np.array([[0, 0, 0.05], [0.1, 0, 0], [0, 0, 0.100001], [50, 0, 0], [-50, 3, 2]])
    assert clipped_distances(points, queries, 0.1).tolist() == [0.05, 0.1, 0.1, 0.1, 0.1]


def test_flat_identical_and_very_wide_clouds(rng):
    flat = rng.uniform(-1, 1, (30, 3)) * [1, 1, 0]
    same = np.ones((10, 3))
    wide = rng.uniform(-1e6, 1e6, (30, 3))
    for points in (flat, same, wide):
        queries = points + rng.uniform(-0.2, 0.2, points.shape)
        expected = all_pairs(points, queries, 0.1)
        np.testing.assert_allclose(clipped_distances(points, queries, 0.1), expected, rtol=1e-9)


def test_no_queries_and_nan_queries():
    assert clipped_distances(np.zeros((1, 3)), np.empty((0, 3)), 0.1).shape == (0,)
    assert clipped_distances(np.zeros((1, 3)), np.full((1, 3), np.nan), 0.1).tolist() == [0.1]
