"""Stretched and jittered copies."""

import numpy as np

from inr2vec_core.geometry.augmentation import augment, distort
from unit.geometry.helpers import assert_unit_sphere, ball, rng


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
