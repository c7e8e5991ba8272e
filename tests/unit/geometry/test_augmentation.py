"""Stretched and jittered copies."""

import numpy as np
import pytest

from inr2vec_core.geometry.augmentation import augment, distort
from inr2vec_core.geometry.frames import normalize


def rng(seed=0):
    return np.random.default_rng(seed)


def ball(n, seed=0):
    return normalize(rng(seed).normal(size=(n, 3)))


def assert_unit_sphere(points):
    assert points.dtype == np.float32
    np.testing.assert_allclose(points.mean(axis=0, dtype=np.float64), 0, atol=1e-6)
    assert np.linalg.norm(points, axis=1).max() == pytest.approx(1, abs=1e-6)


def test_augment_stays_in_the_unit_sphere_and_follows_the_rng():
    points = ball(300)
    first = augment(points, rng(1))
    assert first.shape == points.shape
    assert_unit_sphere(first)
    np.testing.assert_array_equal(first, augment(points, rng(1)))
    assert np.abs(first - augment(points, rng(2))).max() > 0.01


def test_augment_without_jitter_only_stretches_axes():
    points = ball(300).astype(np.float64)
    stretched = augment(points, rng(), jitter=0)
    ratios = stretched / points
    np.testing.assert_allclose(ratios, np.broadcast_to(np.median(ratios, axis=0), (300, 3)), 1e-3)
    spread = ratios[0].max() / ratios[0].min()
    assert 1.01 < spread < (3 / 2) / (2 / 3)


def test_distort_clips_its_jitter():
    points = ball(2000).astype(np.float64)
    moved = distort(points, rng(), scale_range=(1, 1), jitter=10, clip=0.05)
    # At most 0.05 a coordinate, 0.09 of scale for it, and a little for the mean; 10 unclipped
    # would leave nothing of the shape.
    assert 0.04 < np.abs(moved - points).max() < 0.2
