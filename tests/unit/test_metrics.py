"""Chamfer distance, by hand."""

import numpy as np
import pytest

from inr2vec_core.metrics import chamfer_distance


def test_two_points():
    assert chamfer_distance(np.zeros((1, 3)), np.array([[3.0, 4.0, 0.0]])) == 50.0


def test_each_way_is_a_mean_of_its_own():
    a = np.array([[0.0, 0, 0]])
    b = np.array([[1.0, 0, 0], [0, 3.0, 0]])
    # a to b: 1; b to a: (1 + 9) / 2
    assert chamfer_distance(a, b) == pytest.approx(6)
    assert chamfer_distance(b, a) == pytest.approx(6)


def test_a_cloud_is_at_distance_0_from_itself_in_any_order(rng):
    cloud = rng.normal(size=(20, 3))
    assert chamfer_distance(cloud, cloud[::-1]) == 0


def test_grows_with_the_square_of_the_unit(rng):
    a, b = rng.normal(size=(2, 15, 3))
    assert chamfer_distance(10 * a, 10 * b) == pytest.approx(100 * chamfer_distance(a, b))
