"""What becomes of clouds, meshes and grids in a data set of each field."""

import numpy as np
import pytest
import trimesh

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.frames import normalize
from inr2vec_core.geometry.preprocessing import ShapeSettings, thinned
from inr2vec_core.geometry.raw import Cloud, Grid, Mesh
from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.geometry.surface import Surface, farthest_points
from inr2vec_core.modalities import modality
from unit.geometry.helpers import assert_unit_sphere


def box(extents=(2.0, 1.0, 1.0), keep=slice(None)):
    made = trimesh.creation.box(extents)
    return Mesh(np.asarray(made.vertices) + 5, np.asarray(made.faces, np.int64)[keep])


CLOUD = Cloud(np.random.default_rng(0).normal(size=(300, 3)))
GRID = Grid(np.pad(np.ones((2, 4, 2), np.uint8), 1))


def made(geometry, rng, **settings):
    settings = ShapeSettings(points=64, resolution=8, **settings)
    field = modality(settings.field)
    shape, form, _ = field.prepare(geometry, settings, rng)
    return field.discretize(shape, settings), form


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


def test_meshes_are_normalized_by_their_vertices(rng):
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
    # A cube of half diagonal 1 has edges of 2 / sqrt(3): 4.6 of the 8 voxels, so 4 centers.
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
    shape, _, _ = modality("sdf").prepare(box(), ShapeSettings(field="sdf"), rng)
    copy = shape.stretched(rng)
    assert np.array_equal(copy.faces, shape.faces) and copy.closed
    centered = copy.vertices - copy.vertices.mean(0)
    # Still a box: every coordinate has two values.
    assert all(len(np.unique(centered[:, a].round(5))) == 2 for a in range(3))
    assert not np.allclose(copy.vertices, shape.vertices)


def test_copies_of_voxels_come_from_a_stretched_cloud(rng):
    settings = ShapeSettings(field="occ", points=64, resolution=8)
    occ = modality("occ")
    shape, _, _ = occ.prepare(CLOUD, settings, rng)
    first, second = (occ.discretize(shape.stretched(rng), settings).grid for _ in range(2))
    assert (first != second).any()


def test_a_grid_cannot_be_stretched(rng):
    settings = ShapeSettings(field="occ", resolution=8)
    shape, _, _ = modality("occ").prepare(GRID, settings, rng)
    with pytest.raises(InputError, match="cannot be stretched"):
        shape.stretched(rng)


# ---------------------------------------------------------------------------- thinned

# Two triangles, in the planes z = 0 and z = 5, the second with three times the first's area.
VERTICES = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 5], [3, 0, 5], [0, 1, 5]], float)
TWO_TRIANGLES = Mesh(VERTICES, np.array([[0, 1, 2], [3, 4, 5]]), face_parts=np.array([7, 9]))


def seeded(seed=0):
    return np.random.default_rng(seed)


def ball(n, seed=0):
    return normalize(seeded(seed).normal(size=(n, 3)))


def prepared(geometry, n_points, rng):
    return normalize(thinned(geometry, n_points, rng)[0])


def test_prepared_mesh_is_an_even_cloud_in_the_unit_sphere():
    cloud = prepared(TWO_TRIANGLES, 256, seeded(1))
    assert cloud.shape == (256, 3)
    assert_unit_sphere(cloud)
    np.testing.assert_array_equal(cloud, prepared(TWO_TRIANGLES, 256, seeded(1)))

    def closest(points):
        distance = np.linalg.norm(points[:, None] - points[None], axis=-1)
        return (distance + np.eye(len(points)) * 9).min(axis=1).min()

    plain = normalize(Surface(VERTICES, TWO_TRIANGLES.faces).sample(256, seeded(1))[0])
    assert closest(cloud) > 3 * closest(plain)


def test_prepared_cloud_is_the_thinned_source_normalized():
    source = seeded().normal(size=(100, 3)) * 1e4
    kept = farthest_points(source, 32, seeded(1))
    np.testing.assert_array_equal(prepared(Cloud(source), 32, seeded(1)), normalize(kept))


def test_labeled_points_lie_on_their_parts():
    cloud, parts = thinned(TWO_TRIANGLES, 64, seeded())
    assert set(parts.tolist()) == {7, 9}
    assert cloud[parts == 7, 2].max() < cloud[parts == 9, 2].min()
    assert thinned(Cloud(ball(64)), 64, seeded())[1] is None


def test_prepare_sets_bad_geometry_aside():
    for geometry, reason in [
        (Cloud(np.full((64, 3), np.nan)), "64 of 64 points have NaN"),
        (Cloud(ball(10)), "has 10 points, 64 asked"),
        (Cloud(np.ones((64, 3))), "all coincide"),
        (Mesh(VERTICES, np.array([[0, 0, 1]])), "no area"),
    ]:
        with pytest.raises(BadShape, match=reason):
            prepared(geometry, 64, seeded())
