"""Reconstructed shapes compared with originals."""

import numpy as np
import pytest
import trimesh

from inr2vec_core.geometry.shapes import MeshShape, VoxelShape
from inr2vec_core.reconstruction.evaluate import distance_between, reconstruction_metrics


def ball(radius=0.5):
    made = trimesh.creation.icosphere(4, radius)
    return MeshShape(made.vertices.astype(np.float32), made.faces.astype(np.int32))


def test_distance_between_a_ball_and_a_larger_one(rng):
    # Every point of one is 0.1 from the other's surface: 2 * 0.01, and what sampling adds.
    found = distance_between(ball(0.5), ball(0.6), 4000, rng)
    assert found.chamfer == pytest.approx(0.02, rel=0.1)
    assert found.f_score == 0


def test_a_row_of_a_reconstructed_shape_and_of_none(rng):
    row = reconstruction_metrics(ball(), ball(), 2000, rng)
    assert row.pop("chamfer") < 0.01 and row.pop("f_score") < 1
    assert row == {"found": True, "stray": 0, "watertight": True}
    open_ball = MeshShape(ball().vertices, ball().faces[1:])
    assert not reconstruction_metrics(ball(), open_ball, 10, rng)["watertight"]
    assert reconstruction_metrics(ball(), None, 10, rng) == {"found": False, "f_score": 0.0}
    grid = VoxelShape(rng.random((6, 6, 6)) < 0.5)
    assert reconstruction_metrics(grid, grid, 10, rng) == {
        "found": True,
        "chamfer": 0.0,
        "f_score": 1.0,
        "stray": 0.0,
    }
