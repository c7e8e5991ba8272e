"""What the networks read of shapes."""

import numpy as np
import pytest

from inr2vec_core.baselines.inputs import CloudInput, VoxelInput
from inr2vec_core.errors import InputError
from inr2vec_core.geometry.augmentation import distort
from inr2vec_core.geometry.shapes import CloudShape, VoxelShape


def as_rows(points):
    return {tuple(row) for row in points.tolist()}


def test_a_view_to_test_on_is_some_of_the_clouds_points(rng):
    shape = CloudShape(rng.random((50, 3), np.float32))
    (view,) = CloudInput(20).views("a", shape, rng)
    assert view.shape == (20, 3) and view.dtype == np.float32
    assert len(as_rows(view)) == 20 and as_rows(view) <= as_rows(shape.points)
    (other,) = CloudInput(20).views("a", shape, rng)
    assert as_rows(other) != as_rows(view)


def test_a_cloud_of_as_many_points_as_the_network_takes_is_read_as_it_is(rng):
    shape = CloudShape(rng.random((20, 3), np.float32))
    np.testing.assert_array_equal(CloudInput(20).views("a", shape, rng), shape.points[None])


def test_an_augmented_cloud_is_stretched_along_each_axis_and_jittered(rng):
    shape = CloudShape(np.ones((500, 3), np.float32))
    scales = []
    for _ in range(50):
        view = CloudInput(400).augmented("a", shape, rng)
        assert view.shape == (400, 3) and view.dtype == np.float32
        noise = view - view.mean(0)
        assert 0.008 < noise.std() < 0.012 and abs(noise).max() < 0.055
        scales.append(view.mean(0))
    scales = np.array(scales)
    assert 2 / 3 - 0.01 < scales.min() < 0.75 and 1.4 < scales.max() < 3 / 2 + 0.01
    assert np.ptp(scales, axis=1).max() > 0.4  # the axes apart from each other


def test_without_jitter_an_augmented_cloud_is_only_stretched(rng):
    shape = CloudShape(np.ones((30, 3), np.float32))
    view = CloudInput(20, jitter=0).augmented("a", shape, rng)
    np.testing.assert_array_equal(view, np.broadcast_to(view[0], (20, 3)))


@pytest.mark.parametrize("points", [20, 30])
def test_an_augmented_cloud_is_its_drawn_points_distorted(points):
    shape = CloudShape(np.random.default_rng(1).random((30, 3), np.float32))
    drawn = CloudInput(points).plain("a", shape, np.random.default_rng(7))
    assert len(drawn) == points and as_rows(drawn) <= as_rows(shape.points)
    stream = np.random.default_rng(7)
    if points < 30:
        np.testing.assert_array_equal(drawn, shape.points[stream.permutation(30)[:points]])
    expected = distort(drawn, stream, jitter=0.01).astype(np.float32)
    view = CloudInput(points).augmented("a", shape, np.random.default_rng(7))
    np.testing.assert_array_equal(view, expected)


def test_a_cloud_of_fewer_points_than_the_network_takes_is_named(rng):
    shape = CloudShape(rng.random((64, 3), np.float32))
    for read in (CloudInput(100).views, CloudInput(100).augmented, CloudInput(100).plain):
        with pytest.raises(
            InputError, match="chair/7: the network takes 100 points and the cloud has 64: lower"
        ):
            read("chair/7", shape, rng)


def test_an_augmented_grid_is_shifted_along_each_axis(rng):
    grid = np.zeros((32, 32, 32), bool)
    grid[10, 16, 20] = True
    seen = set()
    for _ in range(400):
        view = VoxelInput().augmented("a", VoxelShape(grid), rng)
        assert view.shape == grid.shape and view.dtype == np.float32 and view.sum() == 1
        seen.add(tuple((np.argwhere(view)[0] - (10, 16, 20)).tolist()))
    for axis in range(3):
        assert {shift[axis] for shift in seen} == {-2, -1, 0, 1, 2}
    assert len(seen) > 80  # of 125: the axes apart from each other


def test_what_is_shifted_out_of_a_grid_does_not_come_back_on_the_other_side(rng):
    grid = np.zeros((32, 32, 32), bool)
    grid[0] = True
    views = [VoxelInput().augmented("a", VoxelShape(grid), rng) for _ in range(40)]
    assert all(view[3:].sum() == 0 for view in views)
    assert any(view.sum() == 0 for view in views)


def test_without_augmentation_and_in_tests_a_grid_is_as_it_is(rng):
    grid = rng.random((32, 32, 32)) < 0.3
    view = VoxelInput().plain("a", VoxelShape(grid), rng)
    (tested,) = VoxelInput().views("a", VoxelShape(grid), rng)
    assert view.dtype == tested.dtype == np.float32
    np.testing.assert_array_equal(view, grid)
    np.testing.assert_array_equal(tested, grid)
