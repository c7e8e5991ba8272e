"""Metrics of sets of shapes: from matrices by hand, and of sets whose answer is known."""

import numpy as np
import pytest

from inr2vec_core.tasks.generation.metrics import (
    Reference,
    coverage,
    minimum_matching_distance,
    nearest_neighbor_accuracy,
    occupancy_divergence,
    set_scores,
    sphere_grid,
)
from inr2vec_core.tasks.generation.pairwise_distances import chamfer_matrix, earth_movers_matrix


def clouds(number, points=60, seed=0, at=0.0):
    """Balls that differ in size and place."""
    rng = np.random.default_rng(seed)
    return [
        (at + rng.normal(0, 0.1, 3) + rng.uniform(0.1, 0.4) * rng.standard_normal((points, 3)))
        for _ in range(number)
    ]


def scores(a, b, matrix=chamfer_matrix):
    return set_scores(matrix(a, b), matrix(a, a), matrix(b, b))


# ---------------------------------------------------------------------------- by hand

BETWEEN = np.array([[1.0, 4, 6], [2, 3, 9], [5, 3, 8]])  # generated x reference


def test_minimum_matching_distance_by_hand():
    assert minimum_matching_distance(BETWEEN) == pytest.approx((1 + 3 + 6) / 3)


def test_coverage_by_hand():
    assert coverage(BETWEEN) == pytest.approx(2 / 3)  # the third is nobody's nearest
    assert coverage(BETWEEN[:1]) == pytest.approx(1 / 3)
    assert coverage(np.array([[1.0, 1, 2]])) == pytest.approx(2 / 3)  # two are equally near


def test_nearest_neighbor_accuracy_by_hand():
    generated = np.array([[0, 3.0, 7], [3, 0, 1], [7, 1, 0]])
    reference = np.array([[0, 2.0, 7], [2, 0, 9], [7, 9, 0]])
    # Generated: 3 against 1, 1 against 2, 1 against 3. Reference: 2 against 1, 2 : 3, 7 : 6.
    found = nearest_neighbor_accuracy(BETWEEN, generated, reference)
    assert found == pytest.approx((0 + 1 + 1 + 0 + 1 + 0) / 6)
    tied = np.where(reference == 2, 1, reference)  # the first's nearest other is as near
    assert nearest_neighbor_accuracy(BETWEEN, generated, tied) == pytest.approx(3.5 / 6)


def test_distances_of_a_shape_to_itself_are_not_read():
    generated, reference = np.full((3, 3), 9.0), np.full((3, 3), 9.0)
    expected = nearest_neighbor_accuracy(BETWEEN, generated, reference)
    np.fill_diagonal(generated, np.nan)
    assert nearest_neighbor_accuracy(BETWEEN, generated, reference) == expected


def test_sets_of_different_sizes_have_no_accuracy():
    with pytest.raises(ValueError, match="2 generated and 3 reference shapes"):
        nearest_neighbor_accuracy(BETWEEN[:2], np.zeros((2, 2)), np.zeros((3, 3)))


def test_shapes_that_could_not_be_reconstructed():
    a, b = clouds(4), clouds(4, seed=1)
    broken = [*a[:3], None]
    found, whole = scores(broken, b), scores(a[:3] + a[:1], b)
    assert found["mmd"] == whole["mmd"] and found["coverage"] == whole["coverage"]
    none = scores([None] * 4, b)
    assert none == {"mmd": np.inf, "coverage": 0.0, "1nna": 1.0}


# ---------------------------------------------------------------------------- known answers


@pytest.mark.parametrize("matrix", [chamfer_matrix, lambda a, b: earth_movers_matrix(a, b, 16)])
def test_a_set_against_a_copy_and_against_a_far_one(matrix):
    a = clouds(6)
    copied = scores(a, [cloud.copy() for cloud in a], matrix)
    assert copied == {"mmd": 0.0, "coverage": 1.0, "1nna": 0.0}
    far = scores(a, clouds(6, seed=1, at=50.0), matrix)
    assert far["mmd"] > 50 and far["coverage"] < 0.5 and far["1nna"] == 1.0


def test_duplicates_in_both_sets_cannot_be_distinguished():
    duplicates = [cloud for cloud in clouds(4) for _ in range(2)]
    assert scores(duplicates, list(duplicates)) == {"mmd": 0.0, "coverage": 1.0, "1nna": 0.5}


def test_sets_of_one_distribution_are_distinguished_by_chance_only():
    found = scores(clouds(60, 20), clouds(60, 20, seed=1))
    assert 0.35 < found["1nna"] < 0.65 and found["coverage"] > 0.4


# ---------------------------------------------------------------------------- occupancy


def test_divergence_of_a_set_from_itself_and_from_a_far_one():
    a = [cloud.clip(-1, -0.01) for cloud in clouds(5)]
    assert occupancy_divergence(a, a[::-1]) == pytest.approx(0, abs=1e-12)
    assert occupancy_divergence(a, [-cloud for cloud in a]) == pytest.approx(1)


def test_divergence_by_hand():
    # Of the 27 points of a grid of 3, the center and the 6 on the axes are in the sphere.
    here, there = np.array([[-0.9, 0.1, 0.2]]), np.array([[0.6, 0.3, -0.5]])
    # Shares (1, 0) and (1/2, 1/2), their mean (3/4, 1/4).
    expected = (np.log2(4 / 3) + 0.5 * np.log2(2 / 3) + 0.5 * np.log2(2)) / 2
    assert occupancy_divergence([here], [here, there], 3) == pytest.approx(expected)
    # Each cloud weighs the same, however many points it has.
    many = np.repeat(there, 9, 0)
    assert occupancy_divergence([here], [here, many], 3) == pytest.approx(expected)


def test_the_grid_is_the_published_one():
    grid = sphere_grid(28)
    # Counted in the public code: points 1/27 apart in the unit cube, in the sphere of radius 1/2.
    assert len(grid) == 10_144
    np.testing.assert_allclose(grid / 2 * 27 % 1, 0.5, atol=1e-9)
    assert np.linalg.norm(grid, axis=1).max() <= 1


def test_the_divergence_is_that_of_the_public_code():
    assert 100 * occupancy_divergence(clouds(4, 300), clouds(4, 300, seed=1)) == pytest.approx(
        63.000018, abs=1e-6
    )


def test_points_outside_the_sphere_count_for_the_nearest_grid_point():
    outside, inside = [np.array([[0.01, -7, 0.01]])], [np.array([[0.04, -0.98, 0.04]])]
    assert occupancy_divergence(outside, inside) == 0


def test_a_finer_grid_sees_more():
    a, b = clouds(3, 500), clouds(3, 500, seed=1)
    coarse, fine = (occupancy_divergence(a, b, r) for r in (4, 28))
    assert 0 < coarse < fine < 1


# ---------------------------------------------------------------------------- a reference


def small_cloud(seed, at=(0, 0, 0), n=64):
    points = np.random.default_rng(seed).normal(size=(n, 3)) * 0.1
    return (points + at).astype(np.float32)


PLACES = [(x, y, 0) for x in (-0.5, 0.5) for y in (-0.5, 0, 0.5)]


def reference():
    return Reference([small_cloud(k, at) for k, at in enumerate(PLACES)], n_emd_points=16)


def test_a_set_is_like_itself_and_unlike_a_far_one():
    ref = reference()
    own, far = ref.scores(ref.clouds), ref.scores([small_cloud(k, (0, 0, 5)) for k in range(6)])
    assert own["MMD-CD x1000"] == 0 == own["MMD-EMD x100"] == own["JSD x100"]
    assert own["COV-CD"] == 100 == own["COV-EMD"] and own["1-NNA-CD"] == 0 == own["1-NNA-EMD"]
    assert far["1-NNA-CD"] == 100 == far["1-NNA-EMD"] and far["JSD x100"] > 99
    assert far["MMD-CD x1000"] > 10_000
    assert own["found"] == 100 == far["found"]


def test_another_sample_of_the_same_places_is_in_between():
    scores = reference().scores([small_cloud(9 + k, at) for k, at in enumerate(PLACES)])
    assert scores["COV-CD"] == 100 and 0 < scores["MMD-CD x1000"] < 20
    assert scores["1-NNA-CD"] == 0  # each shape's nearest is its counterpart


def test_one_place_covers_little():
    scores = reference().scores([small_cloud(9 + k, PLACES[0]) for k in range(6)])
    assert scores["COV-CD"] == pytest.approx(100 / 6)
    assert scores["MMD-CD x1000"] > 300


def test_shapes_without_surface_and_sets_of_another_size():
    ref = reference()
    half = ref.scores([ref.clouds[0], ref.clouds[1], None, None])
    assert half["found"] == 50 and half["COV-CD"] == 50 and np.isfinite(half["MMD-CD x1000"])
    none = ref.scores([None] * 6)
    assert none["found"] == 0 == none["COV-CD"] and none["JSD x100"] == 100
    assert none["MMD-CD x1000"] == np.inf and none["1-NNA-CD"] == 100
    assert ref.scores([small_cloud(k) for k in range(20)])["found"] == 100
