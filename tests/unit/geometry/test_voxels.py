"""Voxel grids of the cube, against grids known by hand."""

import numpy as np
import pytest
import trimesh

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.signed_distance import SignedDistance
from inr2vec_core.geometry.voxels import (
    centroids,
    fill_mesh,
    occupied_centroids,
    place_grid,
    voxelize,
)


def occupied(grid):
    return np.argwhere(grid).tolist()


# ---------------------------------------------------------------------------- voxelize


def test_axes_are_x_y_z():
    grid = voxelize(np.array([[-0.9, 0.1, 0.9]]), 4)
    assert (grid.shape, grid.dtype) == ((4, 4, 4), bool)
    assert occupied(grid) == [[0, 2, 3]]


@pytest.mark.parametrize(
    ("x", "index"),
    [(-1, 0), (-0.51, 0), (-0.5, 1), (0, 2), (0.499, 2), (0.5, 3), (1, 3), (1.00005, 3)],
)
def test_walls_belong_to_the_later_voxel_but_for_the_last(x, index):
    assert occupied(voxelize(np.array([[x, 0, 0]], np.float32), 4)) == [[index, 2, 2]]


def test_several_points_share_a_voxel():
    assert voxelize(np.array([[0.1, 0.1, 0.1], [0.2, 0.2, 0.2], [0.9, 0, 0]]), 4).sum() == 2
    assert not voxelize(np.zeros((0, 3)), 4).any()
    assert occupied(voxelize(np.array([[-1.00005, 0, 0]]), 4)) == [[0, 2, 2]]


@pytest.mark.parametrize("x", [1.01, -2, np.nan, np.inf])
def test_points_outside_the_cube_are_refused(x):
    with pytest.raises(ValueError, match=r"outside the cube .*: normalize the shape"):
        voxelize(np.array([[0, x, 0]]), 4)


def test_odd_resolution():
    assert occupied(voxelize(np.array([[-0.34, 0, 0.34]]), 3)) == [[0, 1, 2]]


# ---------------------------------------------------------------------------- centroids


def test_centroids_in_the_order_of_the_grid():
    points = centroids(2)
    assert points.dtype == np.float32
    assert points[:3].tolist() == [[-0.5, -0.5, -0.5], [-0.5, -0.5, 0.5], [-0.5, 0.5, -0.5]]
    assert centroids(1).tolist() == [[0, 0, 0]]


def test_centroids_are_shared_and_read_only():
    assert centroids(3) is centroids(3)
    with pytest.raises(ValueError, match="read-only"):
        centroids(3)[0] = 0


@pytest.mark.parametrize("resolution", [4, 5, 64])
def test_each_centroid_lies_in_its_own_voxel(resolution):
    rows = np.random.default_rng(0).integers(resolution**3, size=30)
    for row in rows:
        assert voxelize(centroids(resolution)[row : row + 1], resolution).reshape(-1)[row]
    assert voxelize(centroids(resolution), resolution).all()


def test_occupied_centroids_give_their_grid_back():
    grid = np.random.default_rng(0).random((6, 6, 6)) < 0.3
    points = occupied_centroids(grid)
    assert (points.shape, points.dtype) == ((grid.sum(), 3), np.float32)
    np.testing.assert_array_equal(voxelize(points, 6), grid)


# ---------------------------------------------------------------------------- fill_mesh


@pytest.mark.parametrize("closed", [True, False])
def test_filled_box(closed):
    solid = trimesh.creation.box((1, 1.5, 0.5))
    distance = SignedDistance(np.asarray(solid.vertices), np.asarray(solid.faces), closed)
    grid = fill_mesh(distance, 8)
    assert (grid.shape, grid.dtype) == ((8, 8, 8), bool)
    expected = np.zeros((8, 8, 8), bool)
    expected[2:6, 1:7, 3:5] = True
    np.testing.assert_array_equal(grid, expected)


# ---------------------------------------------------------------------------- place_grid


@pytest.mark.parametrize(
    ("dtype", "value"),
    [(bool, True), (np.uint8, 1), (np.uint8, 255), (np.int64, -3), (np.float32, 1), (float, 0.5)],
)
def test_every_kind_of_grid(dtype, value):
    array = np.zeros((4, 4, 4), dtype)
    array[1, 2, 3] = array[3, 0, 0] = value
    grid = place_grid(array, 4)
    assert grid.dtype == bool
    assert occupied(grid) == [[1, 2, 3], [3, 0, 0]]


def test_small_grids_are_centered():
    array = np.zeros((2, 3, 4))
    array[0, 0, 0] = array[1, 2, 3] = 1
    assert occupied(place_grid(array, 6)) == [[2, 1, 1], [3, 3, 4]]
    # A full box has a surface where there is room around it.
    assert occupied(place_grid(np.ones((1, 1, 2)), 4)) == [[1, 1, 1], [1, 1, 2]]


def test_order_in_memory_does_not_matter():
    array = np.zeros((3, 3, 3), np.uint8)
    array[0, 1, 2] = 255
    assert occupied(place_grid(np.asfortranarray(array), 3)) == [[0, 1, 2]]


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.ones((4, 4)), "has 3 dimensions, this array has 2"),
        (np.ones((1, 4, 4, 4)), "has 3 dimensions, this array has 4"),
        (np.full((4, 4, 4), np.nan), "64 voxels are NaN or infinite"),
        (np.arange(27).reshape(3, 3, 3), "more values than 0 and one other: threshold the grid"),
        (np.array([0, 1, -1, 0, 0, 0, 0, 0]).reshape(2, 2, 2), "more values than 0"),
        (np.eye(5)[None].repeat(9, 0), r"9 x 5 x 5 voxels does not fit in 4: .*resolution to 9"),
        (np.zeros((4, 4, 4), bool), "no voxel is occupied"),
        (np.ones((4, 4, 4), bool), "every voxel is occupied"),
    ],
)
def test_other_arrays_are_set_aside(array, reason):
    with pytest.raises(BadShape, match=reason):
        place_grid(array, 4)
