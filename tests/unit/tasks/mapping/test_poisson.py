"""Poisson reconstruction."""

import numpy as np
import pytest

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.tasks.mapping.poisson import poisson_surface


def sphere(radius, n=400):
    points = np.random.default_rng(0).normal(size=(n, 3))
    return CloudShape((radius * points / np.linalg.norm(points, axis=1, keepdims=True)).astype("f"))


def test_poisson_reconstructs_a_ball():
    mesh = poisson_surface(sphere(0.8, 1500))
    radius = np.linalg.norm(mesh.vertices, axis=1)
    assert np.abs(radius - 0.8).mean() < 0.01
    assert len(mesh.faces) > 500


def test_poisson_needs_more_than_a_few_points():
    with pytest.raises(BadShape, match="20 points are too few"):
        poisson_surface(sphere(0.8, 20))
