"""Distances between all pairs of clouds of two sets."""

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.spatial.distance import cdist

from inr2vec_core.ops.chamfer import chamfer_distance
from inr2vec_core.tasks.generation.pairwise_distances import (
    chamfer_matrix,
    earth_movers_matrix,
    evenly_spread,
)


def clouds(number, points=60, seed=0, at=0.0):
    """Balls that differ in size and place."""
    rng = np.random.default_rng(seed)
    return [
        (at + rng.normal(0, 0.1, 3) + rng.uniform(0.1, 0.4) * rng.standard_normal((points, 3)))
        for _ in range(number)
    ]


def test_chamfer_distances_of_clouds_of_any_size():
    a, b = clouds(3, 40), clouds(2, 90, seed=1)
    expected = [[chamfer_distance(x, y) for y in b] for x in a]
    np.testing.assert_allclose(chamfer_matrix(a, b), expected, rtol=1e-5)


def test_a_set_with_itself_is_symmetric():
    a = clouds(4)
    np.testing.assert_allclose(chamfer_matrix(a, a), chamfer_matrix(a, list(a)), rtol=1e-6)
    assert (chamfer_matrix(a, a).diagonal() == 0).all()


def test_earth_movers_distance_of_a_moved_cloud():
    (cloud,) = clouds(1, 64)
    moved = cloud + np.array([0.03, 0.04, 0])
    found = earth_movers_matrix([cloud], [moved[::-1], cloud], 64)
    np.testing.assert_allclose(found, [[0.05, 0]], atol=1e-12)


def test_earth_movers_distance_is_the_least_of_all_matchings(rng):
    a, b = rng.random((2, 6, 3))
    cost = np.linalg.norm(a[:, None] - b[None], axis=-1).flatten()
    sums = np.concatenate([np.kron(np.eye(6), np.ones(6)), np.kron(np.ones(6), np.eye(6))])
    expected = linprog(cost, A_eq=sums, b_eq=np.full(12, 1 / 6)).fun
    assert earth_movers_matrix([a], [b], 6)[0, 0] == pytest.approx(expected)


def test_evenly_spread_points(rng):
    cloud = rng.random((300, 3))
    selected = evenly_spread(cloud, 20)
    assert selected.shape == (20, 3) and set(map(tuple, selected)) <= set(map(tuple, cloud))
    np.testing.assert_array_equal(selected, evenly_spread(cloud[::-1], 20))  # whatever the order
    spacing = cdist(selected, selected) + 9 * np.eye(20)
    assert spacing.min() > 0.15
    filled = evenly_spread(cloud[:3], 7)
    assert filled.shape == (7, 3) and len(np.unique(filled, axis=0)) == 3
