"""Shapes as users have them: what is taken, and why the rest is refused."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
import trimesh

from inr2vec_core.api.inputs import field_of, geometry_of
from inr2vec_core.errors import BadShape

VERTICES = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
FACES = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]])
NAN = np.where(np.eye(3) > 0, np.nan, 1.0)


@pytest.mark.parametrize(
    ("shape", "field"),
    [
        (VERTICES, "udf"),
        (VERTICES.astype(np.float32), "udf"),
        (VERTICES.tolist(), "udf"),
        (torch.ones(3, 3, requires_grad=True), "udf"),
        (SimpleNamespace(vertices=VERTICES), "udf"),
        ((VERTICES, FACES), "sdf"),
        ((torch.tensor(VERTICES), torch.tensor(FACES)), "sdf"),
        (trimesh.Trimesh(VERTICES, FACES), "sdf"),
        (np.ones((4, 4, 4), bool), "occ"),
        (np.ones((2, 3, 4), np.int8), "occ"),
    ],
)
def test_forms_that_are_taken(shape, field):
    geometry = geometry_of(shape)
    assert field_of(geometry) == field
    assert geometry_of(geometry) is geometry


def test_values_are_kept(tmp_path):
    np.save(tmp_path / "cloud.npy", VERTICES + 0.5)
    for shape in (VERTICES + 0.5, tmp_path / "cloud.npy", str(tmp_path / "cloud.npy")):
        assert (geometry_of(shape).points == VERTICES + 0.5).all()
    mesh = geometry_of((VERTICES, FACES))
    assert (mesh.vertices == VERTICES).all()
    assert (mesh.faces == FACES).all()


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        (np.ones((4, 2)), r"float64 of the size \(4, 2\), not numbers \(n, 3\)"),
        (np.ones(3), r"of the size \(3,\)"),
        (np.ones((4, 3), bool), "bool of the size"),
        (np.ones((4, 3), complex), "complex128, not of numbers"),
        (np.ones((4, 4, 4)), "compare it with a threshold"),
        (NAN, "3 of 3 points have NaN"),
        (np.array([["a", "b", "c"]]), "not of numbers"),
        ([[1, 2, 3], [1, 2]], "cannot be made an array"),
        ({"points": 1}, "object, not of numbers"),
        (None, "object, not of numbers"),
        ((VERTICES, FACES, 1), "a tuple of 3"),
        ((VERTICES, FACES.astype(float)), "not whole numbers"),
        ((VERTICES, FACES[:, :2]), "not whole numbers"),
        ((VERTICES, FACES[:0]), "not whole numbers"),
        ((VERTICES, FACES + 1), "names vertex 4, there are 4"),
        ((VERTICES, FACES - 1), "names vertex -1"),
        ((NAN, FACES[:1]), "NaN"),
        ("chair.doc", "no reader for .doc"),
        ("missing.obj", "missing"),
    ],
)
def test_others_are_refused(shape, why):
    with pytest.raises(BadShape, match=why) as caught:
        geometry_of(shape)
    assert "\n" not in str(caught.value)
