"""Clouds, meshes and voxels from fields whose surface is known."""

import numpy as np
import pytest
import torch
import trimesh

from inr2vec_core.errors import BadShape
from inr2vec_core.reconstruction.extract import (
    CHUNK,
    CloudSettings,
    cloud_from_udf,
    grid_values,
    mesh_from_sdf,
    voxels_from_occupancy,
)

SMALL = CloudSettings(seeds=2000, rounds=10)


def sphere(points, radius=0.5):
    return (points.norm(dim=1) - radius).abs()


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("udf", [sphere, lambda p: sphere(p).clamp(max=0.1)],
                         ids=["exact", "clipped"])  # fmt: skip
def test_points_lie_on_the_sphere_and_all_around_it(udf):
    cloud = cloud_from_udf(udf, 300, generator(), SMALL)
    assert cloud.shape == (300, 3) and cloud.dtype == torch.float32
    assert (cloud.norm(dim=1) - 0.5).abs().max() < 0.01
    octants = {tuple(o) for o in (cloud > 0).tolist()}
    assert len(octants) == 8


def test_one_move_lands_on_a_plane():
    one = CloudSettings(seeds=2000, moves=1, rounds=10)
    cloud = cloud_from_udf(lambda p: p[:, 2].abs(), 50, generator(), one)
    torch.testing.assert_close(cloud[:, 2], torch.zeros(50))


def test_points_far_off_before_the_last_move_are_dropped():
    # The first axis says how the field lies: |z| on one side, twice that on the other, where the
    # seeds kept reach z = 0.025 only and those within 0.01 alone are near enough.
    def udf(p):
        return p[:, 2].abs() * torch.where(p[:, 0] > 0, 2.0, 1.0)

    one = CloudSettings(seeds=40_000, moves=1, rounds=1)
    cloud = cloud_from_udf(udf, 300, generator(), one)
    steep = cloud[:, 0] > 0
    assert cloud[steep, 2].abs().max() <= 0.01 + 1e-6  # 2 |z| too far: as far on the other side
    assert cloud[~steep, 2].abs().max() < 1e-6
    assert 1.5 < float((~steep).sum() / steep.sum()) < 2.5


def test_what_a_field_shows_beyond_the_unit_sphere_is_no_point_of_the_shape():
    def with_a_stray_surface(points):
        return torch.minimum(sphere(points), (points - 0.9).norm(dim=1))

    cloud = cloud_from_udf(with_a_stray_surface, 300, generator(), SMALL)
    assert cloud.norm(dim=1).max() < 0.6
    everywhere = CloudSettings(seeds=2000, rounds=10, reach=2)
    cloud = cloud_from_udf(with_a_stray_surface, 300, generator(), everywhere)
    assert cloud.norm(dim=1).max() > 1.5


def test_moves_take_the_predicted_distance_even_where_it_is_too_short():
    # Half the true distance: five moves leave 1/32 of it.
    cloud = cloud_from_udf(lambda p: 0.5 * sphere(p), 100, generator(), SMALL)
    assert (cloud.norm(dim=1) - 0.5).abs().max() <= 0.1 / 32 + 1e-6


def test_the_cloud_depends_on_the_generator_alone():
    first, again, other = (cloud_from_udf(sphere, 50, generator(s), SMALL) for s in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_works_inside_no_grad():
    with torch.no_grad():
        cloud = cloud_from_udf(sphere, 50, generator(), SMALL)
    assert not cloud.requires_grad


@pytest.mark.parametrize("value", [0.1, float("nan")])
def test_a_field_without_surface_is_given_up_after_an_eighth_of_its_rounds(value):
    calls = []

    def udf(points):
        calls.append(len(points))
        return points[:, 0] * 0 + value

    with pytest.raises(BadShape, match="only 0 of 10 points after 2 rounds"):
        cloud_from_udf(udf, 10, generator(), CloudSettings(seeds=16, rounds=16))
    assert len(calls) == 2 and max(calls) <= 16


def test_a_field_low_everywhere_without_a_surface_is_given_up():
    # 0.03 everywhere: near enough to be moved, never near enough to be kept.
    with pytest.raises(BadShape, match="only 0 of 10"):
        cloud_from_udf(
            lambda p: p.sum(1) * 0 + 0.03, 10, generator(), CloudSettings(seeds=16, rounds=3)
        )


def test_a_field_with_little_surface_is_given_all_its_rounds():
    def far_sphere(points):  # its surface is hit by few of the seeds
        return (points - 0.5).norm(dim=1) - 0.01

    with pytest.raises(BadShape, match="of 100000 points after 16 rounds"):
        cloud_from_udf(far_sphere, 100_000, generator(), CloudSettings(seeds=20_000, rounds=16))


class ByHand:
    """A sphere's UDF, its gradient known; autograd would fail in it."""

    @torch.no_grad()
    def __call__(self, points):
        return sphere(points)

    @torch.no_grad()
    def value_and_gradient(self, points):
        sign = (points.norm(dim=1, keepdim=True) - 0.5).sign()
        return sphere(points), 7 * sign * points  # of any length: only its direction counts


def test_a_gradient_by_hand_gives_the_cloud_that_autograd_gives():
    plain, by_hand = (cloud_from_udf(f, 100, generator(), SMALL) for f in (sphere, ByHand()))
    torch.testing.assert_close(by_hand, plain)


def test_a_cloud_does_not_depend_on_the_chunks_that_it_is_made_in(monkeypatch):
    at_once = cloud_from_udf(sphere, 100, generator(), SMALL)
    monkeypatch.setitem(CHUNK, "cpu", 37)
    asked = []

    def udf(points):
        asked.append(len(points))
        return sphere(points)

    assert torch.equal(cloud_from_udf(udf, 100, generator(), SMALL), at_once)
    assert max(asked) == 37


def test_a_large_cloud_takes_as_many_seeds_a_round_as_it_has_points():
    cloud = cloud_from_udf(sphere, 3000, generator(), CloudSettings(seeds=16, rounds=40))
    assert cloud.shape == (3000, 3)
    with pytest.raises(BadShape, match="of 3000 points after 1 rounds of 3000 seeds"):
        cloud_from_udf(sphere, 3000, generator(), CloudSettings(seeds=16, rounds=1))


# ---------------------------------------------------------------------------- grids


def digits(points):
    return points @ torch.tensor([100.0, 10.0, 1.0])


@pytest.mark.parametrize("centroids, axis", [(False, [-1, 0, 1]), (True, [-2 / 3, 0, 2 / 3])])
def test_grid_values_stand_in_the_order_x_y_z(centroids, axis):
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    values = grid_values(digits, 3, centroids=centroids)
    np.testing.assert_allclose(values, 100 * x + 10 * y + z, atol=1e-5)


def test_a_grid_is_evaluated_in_chunks_without_gradients(monkeypatch):
    at_once = grid_values(digits, 5, centroids=True)
    monkeypatch.setitem(CHUNK, "cpu", 30)
    asked = []

    def field(points):
        asked.append((len(points), torch.is_grad_enabled()))
        return digits(points)

    assert torch.equal(grid_values(field, 5, centroids=True), at_once)
    assert asked == 4 * [(30, False)] + [(5, False)]


# ---------------------------------------------------------------------------- meshes

CENTER = torch.tensor([0.2, -0.1, 0.05])


def ball(radius, center=CENTER):
    return lambda points: (points - center).norm(dim=1) - radius


def box(half, center=(0.0, 0.0, 0.0)):
    return lambda points: ((points - torch.tensor(center)).abs() - half).amax(1)


def clipped(sdf):
    return lambda points: sdf(points).clamp(-0.1, 0.1)


def as_trimesh(shape):
    assert shape.closed
    assert shape.vertices.dtype == np.float32 and shape.faces.dtype == np.int32
    # trimesh merges vertices at the same place, so that faces without area would show.
    mesh = trimesh.Trimesh(shape.vertices, shape.faces)
    assert mesh.is_watertight and mesh.is_winding_consistent
    assert mesh.volume > 0  # counter-clockwise seen from outside
    return mesh


@pytest.mark.parametrize("sdf", [ball(0.5), clipped(ball(0.5))], ids=["exact", "clipped"])
@pytest.mark.parametrize("resolution", [24, 33])
def test_a_ball_comes_back_where_it_was_and_as_large(sdf, resolution):
    mesh = as_trimesh(mesh_from_sdf(sdf, resolution))
    spacing = 2 / (resolution - 1)
    radii = np.linalg.norm(mesh.vertices - CENTER.numpy(), axis=1)
    assert np.abs(radii - 0.5).max() < spacing**2
    np.testing.assert_allclose(mesh.center_mass, CENTER, atol=spacing**2)
    assert mesh.volume == pytest.approx(4 / 3 * np.pi * 0.5**3, abs=3 * spacing**2)


def test_vertices_of_a_box_between_the_grids_lie_exactly_on_it():
    # A linear field: marching cubes has nothing to approximate away from the edges.
    mesh = as_trimesh(mesh_from_sdf(box(torch.tensor([0.7, 0.43, 0.27])), 20))
    np.testing.assert_allclose(mesh.bounds, [[-0.7, -0.43, -0.27], [0.7, 0.43, 0.27]], atol=1e-5)


@pytest.mark.parametrize("sdf", [
    ball(1.0, torch.zeros(3)),  # touches the faces
    ball(1.2), ball(1.5), clipped(ball(1.6)),  # reaches out over faces, edges, all but corners
    box(1.0),  # the surface of the cube itself
    box(0.5, (1.0, 1.0, 1.0)), box(0.5, (1.0, 0.0, 1.0)),  # at a corner, at an edge
], ids=lambda _: "")  # fmt: skip
@pytest.mark.parametrize("resolution", [16, 33])
def test_a_shape_that_reaches_out_of_the_cube_is_closed_at_it(sdf, resolution):
    mesh = as_trimesh(mesh_from_sdf(sdf, resolution))
    spacing = 2 / (resolution - 1)
    beyond = np.abs(mesh.vertices).max() - 1
    assert -(spacing**2) < beyond < 0.0101 * spacing


def test_a_half_filled_cube_has_half_its_volume():
    mesh = as_trimesh(mesh_from_sdf(lambda p: p[:, 0] - 0.03, 33))
    assert mesh.volume == pytest.approx(4 * 1.03, rel=2e-3)
    np.testing.assert_allclose(mesh.bounds[:, 0], [-1, 0.03], atol=1e-3)


@pytest.mark.parametrize("sdf", [
    box(0.5),  # every face on grid vertices
    lambda p: p.abs().sum(1) - 1,  # an octahedron through grid vertices
    lambda p: torch.minimum(box(0.25)(p), box(0.25, (0.5, 0.5, 0.0))(p)),  # meet in an edge
    lambda p: torch.minimum(box(0.25)(p), box(0.25, (0.5, 0.5, 0.5))(p)),  # in a corner
    lambda p: (p * 8).round().sum(1).remainder(3) - 1,  # only -1, 0 and 1
], ids=["box", "octahedron", "edge", "corner", "steps"])  # fmt: skip
def test_values_exactly_at_the_level_leave_the_mesh_closed(sdf):
    shape = mesh_from_sdf(sdf, 17)
    assert as_trimesh(shape).area_faces.min() > 0


@pytest.mark.parametrize("levels", [2, 5, 1000])
def test_a_field_of_noise_has_a_closed_mesh(levels, rng):
    noise = torch.from_numpy(rng.integers(levels, size=(20, 20, 20)) - levels / 2 + 0.5).float()

    def field(points):
        return noise[tuple(((points + 1) / 2 * 19).round().long().T)]

    as_trimesh(mesh_from_sdf(field, 20))


@pytest.mark.parametrize("value, message", [
    (0.1, "outside"), (-0.1, "inside"), (0.0, "outside"), (float("nan"), "not finite"),
    (float("inf"), "not finite"),
])  # fmt: skip
def test_a_field_without_a_surface_gives_no_mesh(value, message):
    with pytest.raises(BadShape, match=message):
        mesh_from_sdf(lambda p: p[:, 0] * 0 + value, 8)


def test_a_single_nan_gives_no_mesh():
    def field(points):
        values = ball(0.5)(points)
        values[3] = float("nan")
        return values

    with pytest.raises(BadShape, match="not finite"):
        mesh_from_sdf(field, 8)


def test_a_surface_without_an_inside_gives_no_mesh():
    with pytest.raises(BadShape, match="outside"):
        mesh_from_sdf(lambda p: p[:, 2].abs(), 9)  # 0 at grid vertices


# ---------------------------------------------------------------------------- voxels


def test_a_voxel_is_occupied_where_its_centroid_is():
    # Centroids at -0.75, -0.25, 0.25, 0.75.
    def occupancy(p):
        return ((p[:, 0] > 0) & (p[:, 1] > 0.5) & (p[:, 2] < -0.5)).float()

    grid = voxels_from_occupancy(occupancy, 4).grid
    assert grid.dtype == bool and grid.shape == (4, 4, 4)
    assert np.argwhere(grid).tolist() == [[2, 3, 0], [3, 3, 0]]


@pytest.mark.parametrize("threshold, occupied", [(None, 5), (0.5, 4), (0.4, 5), (0.0, 9)])
def test_voxels_are_those_above_the_threshold(threshold, occupied):
    # Probabilities 0, 0.1, ..., 0.9 along x, of 10 voxels.
    def occupancy(p):
        return ((p[:, 0] + 1) * 5 - 0.5).round() / 10

    arguments = {} if threshold is None else {"threshold": threshold}
    grid = voxels_from_occupancy(occupancy, 10, **arguments).grid
    assert grid.sum() == 100 * occupied
    assert grid[-occupied:].all()


@pytest.mark.parametrize("value", [0.0, 0.3, float("nan")])
def test_an_empty_field_gives_no_voxels(value):
    with pytest.raises(BadShape, match=r"above 0\.4"):
        voxels_from_occupancy(lambda p: p[:, 0] * 0 + value, 4)
