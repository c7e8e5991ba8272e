"""Shapes of known fields rebuilt, and compared with originals."""

import numpy as np
import pytest
import torch
import trimesh

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.reconstruction.evaluate import (
    distance_between,
    evaluation_points,
    oracle_reconstruction,
    reconstruction_metrics,
)
from inr2vec_core.reconstruction.reconstruct import matching_size, reconstruct, try_reconstruct


def sphere(points, radius=0.5):
    return points.norm(dim=1) - radius


FIELDS = {
    "udf": lambda p: sphere(p).abs().clamp(max=0.1),
    "sdf": sphere,
    "occ": lambda p: (sphere(p) < 0).float(),
}


def generator():
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("field, kind", [
    ("udf", CloudShape), ("sdf", MeshShape), ("occ", VoxelShape),
])  # fmt: skip
def test_each_field_gives_its_own_form(field, kind, rng):
    shape = reconstruct(field, FIELDS[field], 24, generator())
    assert type(shape) is kind
    radii = np.linalg.norm(evaluation_points(shape, 100, rng), axis=1)
    if field == "occ":
        assert radii.max() < 0.5
    else:
        np.testing.assert_allclose(radii, 0.5, atol=0.02)


@pytest.mark.parametrize("field, nothing", [("udf", 0.1), ("sdf", 0.1), ("occ", 0.0)])
def test_a_field_without_surface_is_none_or_a_clear_error(field, nothing):
    empty = (field, lambda p: p[:, 0] * 0 + nothing, 16, generator())
    assert try_reconstruct("chair/1", reconstruct, *empty) is None
    with pytest.raises(BadShape):
        reconstruct(*empty)


def ball(radius=0.5):
    made = trimesh.creation.icosphere(4, radius)
    return MeshShape(made.vertices.astype(np.float32), made.faces.astype(np.int32))


def test_points_of_a_mesh_lie_all_over_it(rng):
    points = evaluation_points(ball(), 500, rng)
    assert points.shape == (500, 3)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 0.5, atol=0.003)


def test_distance_between_a_ball_and_a_larger_one(rng):
    # Every point of one is 0.1 from the other's surface: 2 * 0.01, and what sampling adds.
    chamfer, f_score = distance_between(ball(0.5), ball(0.6), 4000, rng)
    assert chamfer == pytest.approx(0.02, rel=0.1)
    assert f_score == 0


def test_the_floor_of_a_mesh_is_another_sample_of_itself(rng):
    original = ball()
    rebuilt = oracle_reconstruction(original, 0, generator())
    assert rebuilt is original
    chamfer, _ = distance_between(original, rebuilt, 2000, rng)
    # n points of an area A: the mean squared distance to the nearest of the others is A / (pi n).
    assert chamfer == pytest.approx(2 * np.pi / (np.pi * 2000), rel=0.15)


def test_the_floor_of_voxels_is_no_distance(rng):
    grid = VoxelShape(rng.random((6, 6, 6)) < 0.5)
    assert distance_between(grid, oracle_reconstruction(grid, 6, generator()), 10, rng) == (0, 1)


def test_the_floor_of_a_cloud_lies_on_its_points(rng):
    cloud = CloudShape(rng.uniform(-0.5, 0.5, (40, 3)).astype(np.float32))
    floor = oracle_reconstruction(cloud, 100, generator())
    assert floor.points.shape == (100, 3)
    to_nearest = np.linalg.norm(floor.points[:, None] - cloud.points[None], axis=2).min(1)
    assert to_nearest.max() < 1e-5


def test_sizes_follow_the_original():
    assert matching_size(CloudShape(np.zeros((3, 3))), 10, 20) == 10
    assert matching_size(CloudShape(np.zeros((3, 3))), None, 20) == 3
    assert matching_size(ball(), 10, 20) == 20
    assert matching_size(VoxelShape(np.zeros((5, 5, 5), bool)), 10, 20) == 5


def test_a_row_of_a_rebuilt_shape_and_of_none(rng):
    row = reconstruction_metrics(ball(), ball(), 500, rng)
    assert row.pop("chamfer") < 0.01 and row.pop("f_score") < 1
    assert row == {"found": True, "watertight": True}
    open_ball = MeshShape(ball().vertices, ball().faces[1:])
    assert not reconstruction_metrics(ball(), open_ball, 10, rng)["watertight"]
    assert reconstruction_metrics(ball(), None, 10, rng) == {"found": False, "f_score": 0.0}
    grid = VoxelShape(rng.random((6, 6, 6)) < 0.5)
    assert reconstruction_metrics(grid, grid, 10, rng) == {
        "found": True,
        "chamfer": 0.0,
        "f_score": 1.0,
    }
