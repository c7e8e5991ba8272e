"""Shapes of the three forms written to a shard and read back."""

import h5py
import numpy as np
import pytest
import trimesh

from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import read_rows, read_shapes, shape_columns


def clouds(rng):
    return [CloudShape(rng.normal(size=(5, 3)).astype(np.float32)) for _ in range(4)]


def meshes(rng):
    return [
        MeshShape(
            rng.normal(size=(4 + k, 3)).astype(np.float32),
            rng.integers(4, size=(2 * k + 1, 3)).astype(np.int32),
            closed=bool(k % 2),
        )
        for k in range(4)
    ]


def grids(rng):
    return [VoxelShape(rng.random((5, 5, 5)) < 0.3) for _ in range(4)]


def assert_same(a, b):
    assert type(a) is type(b)
    for name, value in vars(a).items():
        np.testing.assert_array_equal(getattr(b, name), value)
        assert np.asarray(getattr(b, name)).dtype == np.asarray(value).dtype


@pytest.mark.parametrize("make", [clouds, meshes, grids])
@pytest.mark.parametrize("rows", [[0, 1, 2, 3], [1, 3], [2]])
def test_what_was_written_is_read_back(make, rows, rng, tmp_path):
    shapes = make(rng)
    write_shard(tmp_path / "0.h5", shape_columns(shapes, type(shapes[0])))
    with h5py.File(tmp_path / "0.h5") as file:
        found = read_shapes(file, np.array(rows))
    assert len(found) == len(rows)
    for row, shape in zip(rows, found, strict=True):
        assert_same(shapes[row], shape)


@pytest.mark.parametrize("form", [CloudShape, MeshShape, VoxelShape])
def test_a_shard_without_shapes(form, tmp_path):
    write_shard(tmp_path / "0.h5", shape_columns([], form))
    with h5py.File(tmp_path / "0.h5") as file:
        assert len(read_shapes(file, np.array([], int))) == 0


def test_grids_take_a_bit_a_voxel():
    columns = shape_columns([VoxelShape(np.ones((8, 8, 8), bool))], VoxelShape)
    assert columns["voxels"].nbytes == 64


def test_bounds_of_each_form():
    points = np.array([[0, 0, 0], [0.5, -1, 0.25]], np.float32)
    expected = [0, -1, 0, 0.5, 0, 0.25]
    assert CloudShape(points).bounds().tolist() == expected
    assert MeshShape(points, np.array([[0, 1, 1]])).bounds().tolist() == expected
    grid = np.zeros((4, 4, 4), bool)
    grid[0, 1, 2] = grid[3, 1, 2] = True
    assert VoxelShape(grid).bounds().tolist() == [-0.75, -0.25, 0.25, 0.75, -0.25, 0.25]


def test_a_mesh_knows_its_signed_distance():
    box = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
    faces = [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
             [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]  # fmt: skip
    mesh = MeshShape(box, np.array(faces, np.int32))
    queries = np.array([[0, 0, 0.75], [0, 0, 1.5]], np.float32)
    np.testing.assert_allclose(mesh.signed_distance()(queries), [-0.25, 0.5], atol=1e-6)


@pytest.mark.parametrize("chunks", [None, (7,), (100,)])
def test_sparse_and_dense_reads_agree(chunks, tmp_path):
    with h5py.File(tmp_path / "0.h5", "w") as file:
        stored = file.create_dataset("x", data=np.arange(100) * 10, chunks=chunks)
        for wanted in ([3, 4, 6], [0, 50, 99], [6, 7, 48, 49, 98]):
            assert read_rows(stored, np.array(wanted)).tolist() == [10 * row for row in wanted]


def ball(radius=0.5):
    made = trimesh.creation.icosphere(4, radius)
    return MeshShape(made.vertices.astype(np.float32), made.faces.astype(np.int32))


def test_points_of_a_mesh_lie_all_over_it(rng):
    points = ball().evaluation_points(500, rng)
    assert points.shape == (500, 3)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 0.5, atol=0.003)


def test_sizes_follow_the_original():
    assert CloudShape(np.zeros((3, 3))).matching_size(10, 20) == 10
    assert CloudShape(np.zeros((3, 3))).matching_size(None, 20) == 3
    assert ball().matching_size(10, 20) == 20
    assert VoxelShape(np.zeros((5, 5, 5), bool)).matching_size(10, 20) == 5
