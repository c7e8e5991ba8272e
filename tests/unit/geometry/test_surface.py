"""Surfaces sampled and clouds thinned, against answers known by hand."""

import numpy as np
import pytest
from scipy import stats

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Mesh
from inr2vec_core.geometry.surface import Surface, farthest_indices, farthest_points
from unit.geometry.helpers import ball, rng

# Two triangles, in the planes z = 0 and z = 5, the second with three times the first's area.
VERTICES = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 5], [3, 0, 5], [0, 1, 5]], float)
TWO_TRIANGLES = Mesh(VERTICES, np.array([[0, 1, 2], [3, 4, 5]]), face_parts=np.array([7, 9]))


def sample(mesh, n, rng):
    return Surface(mesh.vertices, mesh.faces).sample(n, rng)


# ---------------------------------------------------------------------------- samples


def test_samples_lie_on_their_faces_in_proportion_to_area():
    points, faces = sample(TWO_TRIANGLES, 4000, rng())
    assert (points.shape, points.dtype, faces.dtype) == ((4000, 3), np.float64, np.int64)
    np.testing.assert_array_equal(points[:, 2], np.where(faces == 0, 0, 5))
    assert faces.mean() == pytest.approx(0.75, abs=0.03)
    inside = points[:, 0] / np.where(faces == 0, 1, 3) + points[:, 1]
    assert points.min() >= 0 and inside.max() <= 1 + 1e-12


def test_samples_are_uniform_within_a_face():
    points, _ = Surface(VERTICES, np.array([[0, 1, 2]])).sample(4000, rng())
    # In the triangle (0,0), (1,0), (0,1) the area left of x is 1 - (1 - x)^2; the same for y.
    for axis in (0, 1):
        assert stats.kstest(1 - (1 - points[:, axis]) ** 2, "uniform").pvalue > 0.01


def test_faces_without_area_are_never_sampled():
    mesh = Mesh(VERTICES, np.array([[0, 0, 1], [0, 1, 2], [2, 2, 2], [3, 4, 5], [4, 4, 5]]))
    assert set(sample(mesh, 500, rng())[1]) == {1, 3}


def test_sampling_follows_the_rng():
    first, again = (sample(TWO_TRIANGLES, 20, rng(1))[0] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first != sample(TWO_TRIANGLES, 20, rng(2))[0]).any()


@pytest.mark.parametrize("faces", [np.array([[0, 0, 1], [2, 2, 2]]), np.zeros((0, 3), int)])
def test_mesh_without_area_is_set_aside(faces):
    with pytest.raises(BadShape, match=f"its {len(faces)} faces have no area"):
        Surface(VERTICES, faces).sample(10, rng())


def test_mesh_with_nan_is_set_aside():
    vertices = VERTICES.copy()
    vertices[4, 1] = np.nan
    with pytest.raises(BadShape, match="1 of 6 points have NaN"):
        Surface(vertices, TWO_TRIANGLES.faces).sample(10, rng())


def test_coordinates_too_large_for_an_area_are_told():
    with pytest.raises(BadShape, match=r"its area overflows at coordinates up to 5e\+200"):
        sample(Mesh(VERTICES * 1e200, TWO_TRIANGLES.faces), 9, rng())


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
