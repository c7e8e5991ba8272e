"""The spheres that shapes are placed in, against answers known by hand."""

import numpy as np
import pytest

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.frames import Frame, check_finite, normalize
from unit.geometry.helpers import assert_unit_sphere, ball, rng


def test_normalize_known_answer():
    source = np.array([[1, 2, 3], [5, 2, 3], [3, 2, 3]])
    frame = Frame.of(source)
    points, (center, scale) = frame.place(source), frame
    assert points.tolist() == [[-1, 0, 0], [1, 0, 0], [0, 0, 0]]
    assert (center.tolist(), scale) == ([3, 2, 3], 2)


def test_normalize_keeps_its_digits_far_from_the_origin():
    small = ball(200).astype(np.float64)
    far = normalize(small * 0.5 + 1e5)
    np.testing.assert_allclose(far, normalize(small), atol=1e-6)
    assert_unit_sphere(far)


def test_normalize_takes_float32_coordinates_of_1e5():
    points = (rng().normal(size=(500, 3)) * 1e5).astype(np.float32)
    assert_unit_sphere(normalize(points))


def test_normalize_gives_back_what_undoes_it():
    original = rng().normal(size=(50, 3)) * [1, 20, 300] + 40
    center, scale = Frame.of(original)
    points = normalize(original)
    np.testing.assert_allclose(points * scale + center, original, atol=1e-4)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (np.full((5, 3), 0.1), "its 5 points all coincide"),
        (np.ones((1, 3)), "its 1 points all coincide"),
        (np.zeros((0, 3)), "its 0 points all coincide"),
        (np.array([[0, 0, 0], [1, np.nan, 0]]), "1 of 2 points have NaN"),
        (np.array([[0, 0, 0], [1e300, 0, 0]]), r"coordinates of 1e\+300 .* change unit"),
    ],
)
def test_normalize_sets_points_without_extent_aside(points, reason):
    with pytest.raises(BadShape, match=reason):
        normalize(points)


def test_check_finite_counts_the_points():
    points = np.zeros((5, 3))
    check_finite(points)
    points[1], points[3, 2] = np.nan, -np.inf
    with pytest.raises(BadShape, match="2 of 5 points have NaN or infinite coordinates"):
        check_finite(points)
