"""Chamfer distance and F-score by hand, and the same from every library."""

import numpy as np
import pytest

from inr2vec_core.ops import chamfer
from inr2vec_core.ops.chamfer import BACKENDS, chamfer_distance, compare, f_score, nearest_distances


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


# ---------------------------------------------------------------------------- F-score


def line(*x):
    """Points on the x axis."""
    return np.array([[value, 0.0, 0.0] for value in x])


def test_f_score_is_the_harmonic_mean_of_precision_and_recall():
    # Of a one in four is near b; of b one in one is near a.
    a, b = line(0, 1, 2, 3), line(0.005)
    assert f_score(a, b) == pytest.approx(2 * 0.25 * 1 / 1.25)
    assert f_score(b, a) == pytest.approx(0.4)


def test_f_score_is_1_for_equal_clouds_and_0_for_far_ones(rng):
    cloud = rng.normal(size=(20, 3))
    assert f_score(cloud, cloud[::-1]) == 1
    assert f_score(cloud, cloud + 100) == 0


@pytest.mark.parametrize("distance, score", [(0.0099, 1), (0.0101, 0)])
def test_f_scores_threshold_is_a_hundredth(distance, score):
    assert f_score(line(0), line(distance)) == score


def test_a_point_at_the_threshold_counts():
    assert f_score(line(0), line(0.25), threshold=0.25) == 1


def test_f_score_depends_on_distances_in_units_of_the_threshold(rng):
    a, b = rng.uniform(size=(2, 30, 3))
    score = f_score(a, b, 0.25)
    assert 0 < score < 1
    assert f_score(8 * a, 8 * b, 2.0) == score


def test_compare_gives_distance_and_score(rng):
    a, b = rng.uniform(size=(2, 30, 3))
    found = compare(a, b, 0.2)
    assert found[:2] == (chamfer_distance(a, b), f_score(a, b, 0.2))


@pytest.mark.parametrize("distance, share", [(0.099, 0), (0.101, 0.25)])
def test_stray_points_are_those_of_the_reconstructed_cloud_farther_than_a_tenth(distance, share):
    original = line(0, 1, 2, 3, 50)  # that nothing is near the last point is no stray point
    assert compare(line(0, 1, 2, 3 + distance), original).stray == share


def test_compare_searches_once(monkeypatch):
    calls = []

    def counted(a, b):
        calls.append((len(a), len(b)))
        return np.ones(len(a))

    monkeypatch.setitem(BACKENDS, chamfer.default_backend(), counted)
    assert compare(line(0, 1), line(5), 1.0) == (2, 1, 1)
    assert calls == [(2, 1), (1, 2)]


@pytest.mark.parametrize("measure", [chamfer_distance, f_score, compare, nearest_distances])
@pytest.mark.parametrize("sizes", [(0, 2), (2, 0), (0, 0)])
def test_an_empty_cloud_is_refused(measure, sizes):
    with pytest.raises(ValueError, match=f"empty cloud .* {sizes[0]} and {sizes[1]} points"):
        measure(*(np.zeros((n, 3)) for n in sizes))


# ---------------------------------------------------------------------------- backends

NAMES = ["scipy", "torch", "pytorch3d"]


def backend(name):
    return name if name in BACKENDS else pytest.skip(f"{name} is not installed")


@pytest.mark.parametrize("name", NAMES)
def test_nearest_distances_by_hand(name):
    to_b, to_a = nearest_distances(line(0, 1, 4), line(1.5, 3), backend(name))
    assert to_b.dtype == to_a.dtype == np.float64
    np.testing.assert_allclose(to_b, [1.5, 0.5, 1], atol=1e-6)
    np.testing.assert_allclose(to_a, [0.5, 1], atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_backend_agrees_with_all_pairs(name, dtype, rng, monkeypatch):
    monkeypatch.setattr(chamfer, "PAIRS", 300)  # a few rows at a time
    a, b = (rng.uniform(-1, 1, (n, 3)).astype(dtype) for n in (70, 90))
    b[:20] = a[:20] + 1e-5  # so near that a matrix product could not tell
    pairs = np.linalg.norm(a[:, None].astype(np.float64) - b, axis=2)
    to_b, to_a = nearest_distances(a, b, backend(name))
    np.testing.assert_allclose(to_b, pairs.min(1), rtol=0, atol=1e-6)
    np.testing.assert_allclose(to_a, pairs.min(0), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_cloud_is_at_distance_0_from_itself_by_every_backend(name, rng):
    cloud = rng.uniform(-1, 1, (40, 3)).astype(np.float32)
    np.testing.assert_array_equal(nearest_distances(cloud, cloud, backend(name)), 0)


@pytest.mark.parametrize("cuda, installed, chosen", [
    (False, ["scipy", "torch", "pytorch3d"], "scipy"),
    (True, ["scipy", "torch", "pytorch3d"], "pytorch3d"),
    (True, ["scipy", "torch"], "torch"),
])  # fmt: skip
def test_the_backend_follows_the_device(cuda, installed, chosen, monkeypatch):
    monkeypatch.setattr(chamfer.torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(chamfer, "BACKENDS", dict.fromkeys(installed))
    assert chamfer.default_backend() == chosen
