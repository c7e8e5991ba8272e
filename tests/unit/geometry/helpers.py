"""What the tests of geometry share."""

import numpy as np
import pytest

from inr2vec_core.geometry.frames import normalize


def rng(seed=0):
    return np.random.default_rng(seed)


def ball(n, seed=0):
    return normalize(rng(seed).normal(size=(n, 3)))


def assert_unit_sphere(points):
    assert points.dtype == np.float32
    np.testing.assert_allclose(points.mean(axis=0, dtype=np.float64), 0, atol=1e-6)
    assert np.linalg.norm(points, axis=1).max() == pytest.approx(1, abs=1e-6)
