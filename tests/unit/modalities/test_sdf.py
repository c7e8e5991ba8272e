"""Meshes: labels, queries and what outputs stand for."""

import numpy as np
import pytest
import torch
import trimesh

from inr2vec_core.geometry.queries import SCALE, QuerySampling, dequantize
from inr2vec_core.geometry.shapes import MeshShape
from inr2vec_core.modalities import modality
from inr2vec_core.modalities._base import CLIP
from inr2vec_core.reconstruction.evaluate import distance_between

SDF = modality("sdf")


def only(sigma=0.0, uniform=0.0):
    """A sampling of one kind of query."""
    return QuerySampling([sigma], [0.0 if uniform else 1.0], uniform)


def seeded(seed=0):
    return np.random.default_rng(seed)


def generator():
    return torch.Generator().manual_seed(0)


def test_signed_labels_are_zero_inside_half_on_the_surface_one_outside():
    labels = SDF.label_distances(np.array([-0.5, -0.1, -0.05, 0, 0.1, 0.7]))
    assert labels.dtype == np.float32
    np.testing.assert_allclose(labels, [0, 0, 0.25, 0.5, 1, 1], atol=1e-7)


def test_signed_distances_of_outputs():
    logits = torch.tensor([0.0, 100.0, -100.0])
    torch.testing.assert_close(SDF.values(logits), torch.tensor([0, CLIP, -CLIP]))
    assert torch.equal(SDF.values(logits, "mse"), logits)


def test_mse_of_signed_distances_is_zero_on_the_surface_and_either_side():
    outputs = torch.tensor([[-0.1, 0.0, 0.1, 0.05]])
    value, _ = SDF.loss_and_gradient("mse")(outputs, torch.tensor([[0.0, 0.5, 1.0, 1.0]]))
    assert float(value) == pytest.approx(0.05**2 / 4)


@pytest.fixture
def ball():

    sphere = trimesh.creation.icosphere(4, 0.5)
    return MeshShape(sphere.vertices.astype(np.float32), sphere.faces.astype(np.int32))


def test_labels_around_a_ball_are_its_signed_distance(ball):
    coords, labels = dequantize(
        torch.from_numpy(SDF.sample_queries(ball, 2000, QuerySampling(), seeded()))
    )
    expected = (((coords.norm(dim=1) - 0.5) + CLIP) / (2 * CLIP)).clamp(0, 1)
    torch.testing.assert_close(labels, expected, rtol=0, atol=0.01)  # of a ball with flat faces
    assert (labels == 1).any() and (labels < 0.3).any()


def test_queries_without_noise_lie_all_over_a_mesh_not_on_its_vertices_alone():
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    flat = MeshShape(corners, np.array([[0, 1, 2]], np.int32), closed=False)
    stored = SDF.sample_queries(flat, 400, only(sigma=0.0), seeded())
    xyz = stored[:, :3] / SCALE
    assert len(np.unique(xyz, axis=0)) > 390
    assert (xyz[:, 2] == 0).all() and (xyz[:, :2].sum(1) <= 1 + 1e-4).all()


def test_more_meshes_than_open3d_has_scenes_for():
    """A process may hold 1,024 scenes; one more than that would end it without a word."""
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32) / 2
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32)
    meshes = [MeshShape(corners, faces) for _ in range(1100)]
    drawn = [SDF.sample_queries(m, 2, QuerySampling(), np.random.default_rng(0)) for m in meshes]
    assert all(np.array_equal(queries, drawn[0]) for queries in drawn)


def test_the_floor_of_a_mesh_is_another_sample_of_itself(ball, rng):
    original = ball
    reconstructed = SDF.oracle(original, 0, generator())
    assert reconstructed is original
    chamfer = distance_between(original, reconstructed, 2000, rng).chamfer
    # n points of an area A: the mean squared distance to the nearest of the others is A / (pi n).
    assert chamfer == pytest.approx(2 * np.pi / (np.pi * 2000), rel=0.15)
