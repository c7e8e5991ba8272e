"""Queries: how many of which kind, where, and that labels belong to what is stored."""

import numpy as np
import pytest
import torch

from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.inrs.fields import CLIP, udf_labels
from inr2vec_core.inrs.queries import (
    SCALE,
    QuerySampling,
    dequantize,
    sample_coordinates,
    sample_queries,
)


def only(sigma=0.0, uniform=0.0):
    """A mix of one kind of query."""
    return QuerySampling([sigma], [0.0 if uniform else 1.0], uniform)


def of(points, stream=None):
    """The surface that these points are."""
    stream = stream or np.random.default_rng(7)
    return lambda count: points[stream.integers(len(points), size=count)]


def seeded(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("n", [1, 7, 100, 20_000, 599_999])
def test_counts_sum_to_n_and_follow_the_shares(n):
    counts = QuerySampling().counts(n)
    assert sum(counts) == n
    np.testing.assert_allclose(counts, n * np.array([100, 250, 200, 25, 25]) / 600, atol=1)


def test_the_papers_counts():
    assert QuerySampling().counts(600_000) == [100_000, 250_000, 200_000, 25_000, 25_000]


def test_shares_are_relative():
    assert QuerySampling([0.0, 0.1], [100, 250], 50).counts(8) == [2, 5, 1]


def test_coordinates_stay_in_the_cube_even_around_its_corner():
    corner = np.ones((1, 3), np.float32)
    coords = sample_coordinates(of(corner), 500, QuerySampling(), seeded())
    assert coords.shape == (500, 3) and coords.dtype == np.float32
    assert coords.max() == 1 and coords.min() >= -1


def test_a_sigma_of_zero_draws_the_points_themselves(rng):
    points = rng.uniform(-1, 1, (5, 3)).astype(np.float32)
    coords = sample_coordinates(of(points), 200, only(sigma=0.0), rng)
    assert {tuple(c) for c in coords} == {tuple(p) for p in points}


def test_noise_has_the_asked_deviation_in_each_axis():
    coords = sample_coordinates(of(np.zeros((1, 3), np.float32)), 5000, only(sigma=0.1), seeded())
    np.testing.assert_allclose(coords.std(0), 0.1, rtol=0.05)
    np.testing.assert_allclose(coords.mean(0), 0, atol=0.01)


def test_uniform_queries_fill_the_cube():
    coords = sample_coordinates(of(np.zeros((1, 3), np.float32)), 5000, only(uniform=1), seeded())
    np.testing.assert_allclose(coords.std(0), 1 / 3**0.5, rtol=0.05)


def test_order_is_random_so_that_a_block_holds_every_kind():
    origin = np.zeros((1, 3), np.float32)
    coords = sample_coordinates(of(origin), 4000, QuerySampling([0.0], [1], 1), seeded())
    on_surface = (coords == 0).all(1)
    assert on_surface.sum() == 2000
    # 1,000 of the first 2,000 are expected, with a deviation of about 16.
    assert 900 < on_surface[:2000].sum() < 1100


def test_a_label_belongs_exactly_to_its_stored_coordinates(rng):
    points = rng.uniform(-1, 1, (64, 3)).astype(np.float32)
    stored = sample_queries(CloudShape(points), 300, QuerySampling(), rng)
    assert stored.shape == (300, 4) and stored.dtype == np.int16
    read = stored[:, :3].astype(np.float32) / SCALE
    assert np.array_equal(stored[:, 3], np.rint(udf_labels(points, read) * SCALE))


def test_labels_around_a_single_point_are_its_distance():
    coords, labels = dequantize(
        torch.from_numpy(
            sample_queries(CloudShape(np.zeros((1, 3), np.float32)), 400, QuerySampling(), seeded())
        )
    )
    expected = (1 - coords.norm(dim=1) / 0.1).clamp(min=0)
    torch.testing.assert_close(labels, expected, rtol=0, atol=0.51 / SCALE)
    assert (labels == 0).any() and (labels == 1).any()


def test_quantising_moves_a_coordinate_by_half_a_step_at_most(rng):
    points = rng.uniform(-1, 1, (10, 3)).astype(np.float32)
    # The same stream twice: the same coordinates before and after.
    stream = seeded(3)
    exact = sample_coordinates(of(points, stream), 200, QuerySampling(), stream)
    coords, _ = dequantize(
        torch.from_numpy(sample_queries(CloudShape(points), 200, QuerySampling(), seeded(3)))
    )
    assert np.abs(coords.numpy() - exact).max() <= 0.5 / SCALE + 1e-7


def test_dequantise_by_hand():
    coords, labels = dequantize(torch.tensor([[[-32767, 0, 32767, 32767]]], dtype=torch.int16))
    assert coords.tolist() == [[[-1, 0, 1]]]
    assert labels.tolist() == [[1]]


def test_the_same_stream_gives_the_same_queries(rng):
    points = rng.uniform(-1, 1, (10, 3)).astype(np.float32)
    first, second, other = (
        sample_queries(CloudShape(points), 50, QuerySampling(), seeded(s)) for s in (1, 1, 2)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


# ---------------------------------------------------------------------------- meshes and voxels


@pytest.fixture
def ball():
    import trimesh

    sphere = trimesh.creation.icosphere(4, 0.5)
    return MeshShape(sphere.vertices.astype(np.float32), sphere.faces.astype(np.int32))


def test_labels_around_a_ball_are_its_signed_distance(ball):
    coords, labels = dequantize(
        torch.from_numpy(sample_queries(ball, 2000, QuerySampling(), seeded()))
    )
    expected = (((coords.norm(dim=1) - 0.5) + CLIP) / (2 * CLIP)).clamp(0, 1)
    torch.testing.assert_close(labels, expected, rtol=0, atol=0.01)  # of a ball with flat faces
    assert (labels == 1).any() and (labels < 0.3).any()


def test_queries_without_noise_lie_all_over_a_mesh_not_on_its_vertices_alone():
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    flat = MeshShape(corners, np.array([[0, 1, 2]], np.int32), closed=False)
    stored = sample_queries(flat, 400, only(sigma=0.0), seeded())
    xyz = stored[:, :3] / SCALE
    assert len(np.unique(xyz, axis=0)) > 390
    assert (xyz[:, 2] == 0).all() and (xyz[:, :2].sum(1) <= 1 + 1e-4).all()


def test_voxels_are_queried_at_their_centres_each_once():
    grid = np.zeros((4, 4, 4), bool)
    grid[1, 2, 3] = grid[0, 0, 0] = True
    stored = sample_queries(VoxelShape(grid), 10_000, QuerySampling(), seeded())
    assert stored.shape == (64, 4)
    coords, labels = dequantize(torch.from_numpy(stored))
    index = ((coords + 1) * 2).floor().long()
    assert len(torch.unique(index, dim=0)) == 64
    torch.testing.assert_close(coords, (index * 2 + 1) / 4 - 1, rtol=0, atol=1 / SCALE)
    assert torch.equal(labels, torch.from_numpy(grid)[tuple(index.T)].float())
    assert not torch.equal(index, index[index[:, 0].argsort(stable=True)]), "in random order"


def test_part_of_the_queries_of_voxels_lie_near_occupied_ones():
    grid = np.zeros((20, 20, 20), bool)
    grid[5, 6, 7] = grid[0, 19, 0] = True
    coords, labels = dequantize(
        torch.from_numpy(sample_queries(VoxelShape(grid), 1000, QuerySampling(near=0.4), seeded()))
    )
    index = ((coords.numpy() + 1) * 10).astype(int)
    assert np.array_equal(labels.numpy(), grid[tuple(index.T)])
    near = np.zeros_like(grid)
    near[4:7, 5:8, 6:9] = near[:2, 18:, :2] = True
    assert 400 <= near[tuple(index.T)].sum() < 420
    # All 35 as likely, and in no order: the two occupied ones are a 17th of them.
    assert 8 < labels.sum() < 40 and 2 < labels[:500].sum() < 25
    assert np.array_equal(index, np.rint((coords.numpy() + 1) * 10 - 0.5))


def test_fewer_queries_than_voxels_are_different_ones():
    grid = np.random.default_rng(0).random((6, 6, 6)) < 0.3
    stored = sample_queries(VoxelShape(grid), 100, QuerySampling(), seeded())
    assert len(np.unique(stored[:, :3], axis=0)) == 100


def test_more_meshes_than_open3d_has_scenes_for():
    """A process may hold 1,024 scenes; one more than that would end it without a word."""
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32) / 2
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32)
    meshes = [MeshShape(corners, faces) for _ in range(1100)]
    drawn = [sample_queries(m, 2, QuerySampling(), np.random.default_rng(0)) for m in meshes]
    assert all(np.array_equal(queries, drawn[0]) for queries in drawn)
