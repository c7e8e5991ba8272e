"""The geometry of clouds, against answers known by hand."""

import numpy as np
import pytest
from scipy import stats

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.frames import Frame, normalize
from inr2vec_core.geometry.raw import Cloud, Mesh, check_finite
from inr2vec_core.geometry.surface import (
    farthest_indices,
    farthest_points,
    prepare_cloud,
    sample_surface,
    thinned,
)
from inr2vec_core.shapes.augmentation import augment, distort

# Two triangles, in the planes z = 0 and z = 5, the second with three times the first's area.
VERTICES = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 5], [3, 0, 5], [0, 1, 5]], float)
TWO_TRIANGLES = Mesh(VERTICES, np.array([[0, 1, 2], [3, 4, 5]]), face_parts=np.array([7, 9]))


def rng(seed=0):
    return np.random.default_rng(seed)


def ball(n, seed=0):
    return normalize(rng(seed).normal(size=(n, 3)))


def assert_unit_sphere(points):
    assert points.dtype == np.float32
    np.testing.assert_allclose(points.mean(axis=0, dtype=np.float64), 0, atol=1e-6)
    assert np.linalg.norm(points, axis=1).max() == pytest.approx(1, abs=1e-6)


# ---------------------------------------------------------------------------- normalize


def test_normalise_known_answer():
    source = np.array([[1, 2, 3], [5, 2, 3], [3, 2, 3]])
    frame = Frame.of(source)
    points, (centre, scale) = frame.place(source), frame
    assert points.tolist() == [[-1, 0, 0], [1, 0, 0], [0, 0, 0]]
    assert (centre.tolist(), scale) == ([3, 2, 3], 2)


def test_normalise_keeps_its_digits_far_from_the_origin():
    small = ball(200).astype(np.float64)
    far = normalize(small * 0.5 + 1e5)
    np.testing.assert_allclose(far, normalize(small), atol=1e-6)
    assert_unit_sphere(far)


def test_normalise_takes_float32_coordinates_of_1e5():
    points = (rng().normal(size=(500, 3)) * 1e5).astype(np.float32)
    assert_unit_sphere(normalize(points))


def test_normalise_gives_back_what_undoes_it():
    original = rng().normal(size=(50, 3)) * [1, 20, 300] + 40
    centre, scale = Frame.of(original)
    points = normalize(original)
    np.testing.assert_allclose(points * scale + centre, original, atol=1e-4)


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
def test_normalise_sets_points_without_extent_aside(points, reason):
    with pytest.raises(BadShape, match=reason):
        normalize(points)


def test_check_finite_counts_the_points():
    points = np.zeros((5, 3))
    check_finite(points)
    points[1], points[3, 2] = np.nan, -np.inf
    with pytest.raises(BadShape, match="2 of 5 points have NaN or infinite coordinates"):
        check_finite(points)


# ---------------------------------------------------------------------------- augment


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


# ---------------------------------------------------------------------------- sample_surface


def test_samples_lie_on_their_faces_in_proportion_to_area():
    points, faces = sample_surface(TWO_TRIANGLES, 4000, rng())
    assert (points.shape, points.dtype, faces.dtype) == ((4000, 3), np.float64, np.int64)
    np.testing.assert_array_equal(points[:, 2], np.where(faces == 0, 0, 5))
    assert faces.mean() == pytest.approx(0.75, abs=0.03)
    inside = points[:, 0] / np.where(faces == 0, 1, 3) + points[:, 1]
    assert points.min() >= 0 and inside.max() <= 1 + 1e-12


def test_samples_are_uniform_within_a_face():
    points, _ = sample_surface(Mesh(VERTICES, np.array([[0, 1, 2]])), 4000, rng())
    # In the triangle (0,0), (1,0), (0,1) the area left of x is 1 - (1 - x)^2; the same for y.
    for axis in (0, 1):
        assert stats.kstest(1 - (1 - points[:, axis]) ** 2, "uniform").pvalue > 0.01


def test_faces_without_area_are_never_sampled():
    mesh = Mesh(VERTICES, np.array([[0, 0, 1], [0, 1, 2], [2, 2, 2], [3, 4, 5], [4, 4, 5]]))
    assert set(sample_surface(mesh, 500, rng())[1]) == {1, 3}


def test_sampling_follows_the_rng():
    first, again = (sample_surface(TWO_TRIANGLES, 20, rng(1))[0] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first != sample_surface(TWO_TRIANGLES, 20, rng(2))[0]).any()


@pytest.mark.parametrize("faces", [np.array([[0, 0, 1], [2, 2, 2]]), np.zeros((0, 3), int)])
def test_mesh_without_area_is_set_aside(faces):
    with pytest.raises(BadShape, match=f"its {len(faces)} faces have no area"):
        sample_surface(Mesh(VERTICES, faces), 10, rng())


def test_mesh_with_nan_is_set_aside():
    vertices = VERTICES.copy()
    vertices[4, 1] = np.nan
    with pytest.raises(BadShape, match="1 of 6 points have NaN"):
        sample_surface(Mesh(vertices, TWO_TRIANGLES.faces), 10, rng())


# ---------------------------------------------------------------------------- farthest points


@pytest.mark.parametrize("seed", range(5))
def test_farthest_points_of_a_line(seed):
    line = np.c_[np.arange(101.0), np.zeros((101, 2))]
    start = int(rng(seed).integers(101))
    farther_end = 0 if start > 50 else 100
    assert set(farthest_indices(line, 2, rng(seed)).tolist()) == {start, farther_end}


def test_farthest_points_of_a_crowded_square_are_its_corners():
    corners = np.array([[1, 1, 0], [1, -1, 0], [-1, 1, 0], [-1, -1, 0]], float)
    crowd = rng().normal(scale=0.01, size=(100, 3))
    kept = farthest_indices(np.concatenate([crowd, corners]), 5, rng())
    assert set(kept.tolist()) > {100, 101, 102, 103}


def reference_farthest(points, n, start):
    kept, distance = [start], np.linalg.norm(points - points[start], axis=1)
    while len(kept) < n:
        kept.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(points - points[kept[-1]], axis=1))
    return sorted(kept)


def test_farthest_points_are_those_of_the_plain_algorithm():
    points = rng().normal(size=(300, 3)) * 1e5
    kept = farthest_indices(points, 60, rng(4))
    assert kept.tolist() == reference_farthest(points, 60, int(rng(4).integers(300)))
    np.testing.assert_array_equal(farthest_points(points, 60, rng(4)), points[kept])


def test_farthest_points_start_where_the_rng_says():
    points = rng().normal(size=(300, 3))
    first = farthest_indices(points, 20, rng(1))
    np.testing.assert_array_equal(first, farthest_indices(points, 20, rng(1)))
    assert (first != farthest_indices(points, 20, rng(2))).any()


def test_cloud_of_the_right_size_is_kept():
    points = ball(64)
    np.testing.assert_array_equal(farthest_points(points, 64, rng()), points)


def test_too_few_points_are_set_aside():
    with pytest.raises(BadShape, match="has 500 points, 2048 asked: lower `points` or supply"):
        farthest_points(ball(500), 2048, rng())


def test_too_few_different_points_are_set_aside():
    with pytest.raises(BadShape, match="has 10 different points, 50 asked: lower `points`"):
        farthest_points(np.repeat(ball(10), 20, axis=0), 50, rng())


# ---------------------------------------------------------------------------- prepare_cloud


def test_prepared_mesh_is_an_even_cloud_in_the_unit_sphere():
    cloud = prepare_cloud(TWO_TRIANGLES, 256, rng(1))
    assert cloud.shape == (256, 3)
    assert_unit_sphere(cloud)
    np.testing.assert_array_equal(cloud, prepare_cloud(TWO_TRIANGLES, 256, rng(1)))

    def closest(points):
        distance = np.linalg.norm(points[:, None] - points[None], axis=-1)
        return (distance + np.eye(len(points)) * 9).min(axis=1).min()

    plain = normalize(sample_surface(TWO_TRIANGLES, 256, rng(1))[0])
    assert closest(cloud) > 3 * closest(plain)


def test_prepared_cloud_is_the_thinned_source_normalised():
    source = rng().normal(size=(100, 3)) * 1e4
    kept = farthest_points(source, 32, rng(1))
    np.testing.assert_array_equal(prepare_cloud(Cloud(source), 32, rng(1)), normalize(kept))


def test_labelled_points_lie_on_their_parts():
    cloud, parts = thinned(TWO_TRIANGLES, 64, rng())
    assert set(parts.tolist()) == {7, 9}
    assert cloud[parts == 7, 2].max() < cloud[parts == 9, 2].min()
    assert thinned(Cloud(ball(64)), 64, rng())[1] is None


def test_prepare_sets_bad_geometry_aside():
    for geometry, reason in [
        (Cloud(np.full((64, 3), np.nan)), "64 of 64 points have NaN"),
        (Cloud(ball(10)), "has 10 points, 64 asked"),
        (Cloud(np.ones((64, 3))), "all coincide"),
        (Mesh(VERTICES, np.array([[0, 0, 1]])), "no area"),
    ]:
        with pytest.raises(BadShape, match=reason):
            prepare_cloud(geometry, 64, rng())
