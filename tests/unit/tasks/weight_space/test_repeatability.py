"""Distances of embeddings of several fits, by hand."""

import numpy as np
import pytest

from inr2vec_core.tasks.weight_space.repeatability import distance_matrix, repeatability

IDS = ["a", "a", "b", "b"]


def test_distances_by_hand():
    found = repeatability(distance_matrix(np.array([[0.0], [1], [5], [8]])), IDS)
    assert found["within"] == pytest.approx((1 + 3) / 2)
    assert found["between"] == pytest.approx((5 + 8 + 4 + 7) / 4)
    assert found["within / between"] == pytest.approx(2 / 6)
    assert found["nearest of same shape"] == 1


def test_a_fit_nearer_to_another_shape_counts_as_missed():
    found = repeatability(distance_matrix(np.array([[0.0], [4], [5], [20]])), IDS)
    assert found["nearest of same shape"] == 2 / 4


def test_the_order_does_not_matter():
    x = np.random.default_rng(0).normal(size=(4, 3))
    order = [2, 0, 3, 1]
    a = repeatability(distance_matrix(x), IDS)
    assert a == pytest.approx(repeatability(distance_matrix(x[order]), [IDS[i] for i in order]))
