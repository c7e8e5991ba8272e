"""Shapes as files for other programs."""

import io

import numpy as np
import pytest
import trimesh

from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.io.export import write_shape

BOX = trimesh.creation.box()
MESH = MeshShape(BOX.vertices.astype(np.float32), BOX.faces.astype(np.int32))
GRID = np.zeros((4, 4, 4), bool)
GRID[1, 2, 3] = GRID[1, 2, 2] = True


def written(shape, extension, tmp_path):
    path = tmp_path / "temporary.tmp"  # as `atomic` names files
    write_shape(shape, path, extension)
    return trimesh.load(io.BytesIO(path.read_bytes()), file_type=extension, process=False)


@pytest.mark.parametrize("extension", ["ply", "obj"])
def test_a_mesh_is_read_back_by_another_program(extension, tmp_path):
    found = written(MESH, extension, tmp_path)
    assert found.is_watertight and found.volume == pytest.approx(1)


@pytest.mark.parametrize("extension", ["ply", "obj"])
def test_voxels_are_cubes_turned_outward(extension, tmp_path):
    found = written(VoxelShape(GRID), extension, tmp_path)
    assert found.volume == pytest.approx(2 * 0.5**3)
    np.testing.assert_allclose(found.bounds, [[-0.5, 0, 0], [0, 0.5, 1]])


@pytest.mark.parametrize("extension", ["ply", "obj"])
def test_a_cloud_is_read_back(extension, tmp_path):
    points = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    found = written(CloudShape(points), extension, tmp_path)
    np.testing.assert_allclose(found.vertices, points, atol=1e-6)


@pytest.mark.parametrize("shape, expected", [
    (CloudShape(MESH.vertices), MESH.vertices),
    (MESH, MESH.vertices[MESH.faces]),
    (VoxelShape(GRID), GRID),
], ids=["cloud", "mesh", "voxels"])  # fmt: skip
def test_arrays(shape, expected, tmp_path):
    write_shape(shape, tmp_path / "array", "npy")
    found = np.load(tmp_path / "array", allow_pickle=False)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="use npy, obj, ply"):
        write_shape(MESH, tmp_path / "x", "stl")
