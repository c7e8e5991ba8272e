"""What becomes of clouds, meshes and grids in a data set of each field."""

import numpy as np
import pytest
import trimesh

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.raw import Cloud, Grid, Mesh
from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.shapes.preprocessing import ShapeSettings, augmented, discretize, prepare


def box(extents=(2.0, 1.0, 1.0), keep=slice(None)):
    made = trimesh.creation.box(extents)
    return Mesh(np.asarray(made.vertices) + 5, np.asarray(made.faces, np.int64)[keep])


CLOUD = Cloud(np.random.default_rng(0).normal(size=(300, 3)))
GRID = Grid(np.pad(np.ones((2, 4, 2), np.uint8), 1))


def made(geometry, rng, **settings):
    settings = ShapeSettings(points=64, resolution=8, **settings)
    shape, form, _ = prepare(geometry, settings, rng)
    return discretize(shape, settings), form


@pytest.mark.parametrize("geometry, settings, kind, form", [
    (CLOUD, {"field": "udf"}, CloudShape, "cloud"),
    (box(), {"field": "udf"}, CloudShape, "cloud"),
    (box(), {"field": "sdf"}, MeshShape, "watertight"),
    (box(keep=slice(0, 10)), {"field": "sdf"}, MeshShape, "winding"),
    (CLOUD, {"field": "occ"}, VoxelShape, "shell"),
    (box(), {"field": "occ"}, VoxelShape, "shell"),
    (box(), {"field": "occ", "solid": True}, VoxelShape, "solid, watertight"),
    (GRID, {"field": "occ"}, VoxelShape, "read"),
], ids=str)  # fmt: skip
def test_which_geometry_becomes_what(geometry, settings, kind, form, rng):
    shape, how = made(geometry, rng, **settings)
    assert type(shape) is kind and how == form


def test_meshes_are_normalised_by_their_vertices(rng):
    shape, _ = made(box(), rng, field="sdf")
    assert shape.vertices.dtype == np.float32 and shape.closed
    np.testing.assert_allclose(shape.vertices.mean(0), 0, atol=1e-6)
    assert np.linalg.norm(shape.vertices, axis=1).max() == pytest.approx(1, abs=1e-6)


def test_an_open_mesh_keeps_its_winding_numbers(rng):
    shape, _ = made(box(keep=slice(0, 10)), rng, field="sdf")
    assert not shape.closed


def test_a_shell_is_hollow_and_a_solid_is_not(rng):
    cube = box((1, 1, 1))
    shell, _ = made(cube, rng, field="occ")
    solid, _ = made(cube, rng, field="occ", solid=True)
    assert not shell.grid[4, 4, 4] and solid.grid[4, 4, 4]
    # A cube of half diagonal 1 has edges of 2 / sqrt(3): 4.6 of the 8 voxels, so 4 centres.
    assert solid.grid.sum() == 4**3


def test_a_grid_is_placed_as_it_is(rng):
    shape, _ = made(GRID, rng, field="occ")
    assert shape.grid.shape == (8, 8, 8) and shape.grid.sum() == 16


@pytest.mark.parametrize("geometry, settings, reason", [
    (CLOUD, {"field": "sdf"}, "no inside"),
    (CLOUD, {"field": "occ", "solid": True}, "no inside"),
    (GRID, {"field": "udf"}, "voxel grid"),
    (GRID, {"field": "sdf"}, "voxel grid"),
    (box(keep=slice(0, 10)), {"field": "sdf", "open_meshes": "repair"}, "open_meshes"),
    (box((1, 1e-3, 1)), {"field": "occ", "solid": True}, "resolution of 8"),
], ids=str)  # fmt: skip
def test_what_cannot_be_used_says_why(geometry, settings, reason, rng):
    with pytest.raises(BadShape, match=reason):
        made(geometry, rng, **settings)


def test_copies_of_meshes_are_stretched_and_not_jittered(rng):
    shape, _, _ = prepare(box(), ShapeSettings(field="sdf"), rng)
    copy = augmented(shape, rng)
    assert np.array_equal(copy.faces, shape.faces) and copy.closed
    centred = copy.vertices - copy.vertices.mean(0)
    # Still a box: every coordinate has two values.
    assert all(len(np.unique(centred[:, a].round(5))) == 2 for a in range(3))
    assert not np.allclose(copy.vertices, shape.vertices)


def test_copies_of_voxels_come_from_a_stretched_cloud(rng):
    settings = ShapeSettings(field="occ", points=64, resolution=8)
    shape, _, _ = prepare(CLOUD, settings, rng)
    first, second = (discretize(augmented(shape, rng), settings).grid for _ in range(2))
    assert (first != second).any()


def test_a_grid_cannot_be_stretched(rng):
    shape, _, _ = prepare(GRID, ShapeSettings(field="occ", resolution=8), rng)
    with pytest.raises(InputError, match="augment_copies"):
        augmented(shape, rng)
