"""What all modalities have in common: their shapes back from fields, and their losses."""

import numpy as np
import pytest
import torch

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.modalities import modality
from inr2vec_core.ops.losses import bce, focal


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
    shape = modality(field).reconstruct(FIELDS[field], 24, generator())
    assert type(shape) is kind
    radii = np.linalg.norm(shape.evaluation_points(100, rng), axis=1)
    if field == "occ":
        assert radii.max() < 0.5
    else:
        np.testing.assert_allclose(radii, 0.5, atol=0.02)


@pytest.mark.parametrize("field, nothing", [("udf", 0.1), ("sdf", 0.1), ("occ", 0.0)])
def test_a_field_without_surface_is_none_or_a_clear_error(field, nothing):
    empty = (lambda p: p[:, 0] * 0 + nothing, 16, generator())
    assert modality(field).try_reconstruct(*empty, label="chair/1") is None
    with pytest.raises(BadShape):
        modality(field).reconstruct(*empty)


@pytest.mark.parametrize("field, kind, loss", [
    ("udf", "bce", bce), ("sdf", "bce", bce), ("occ", "bce", focal), ("occ", "mse", focal),
])  # fmt: skip
def test_which_field_takes_which_loss(field, kind, loss):
    assert modality(field).loss_and_gradient(kind) is loss


@pytest.mark.parametrize("field, kind", [("udf", "bce"), ("udf", "mse"), ("sdf", "mse"),
                                         ("occ", "bce")])  # fmt: skip
def test_gradient_is_that_of_each_rows_own_mean(field, kind):
    torch.manual_seed(0)
    outputs = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    labels = torch.rand(3, 5, dtype=torch.float64)
    labels = labels.round() if field == "occ" else labels
    value, gradient = modality(field).loss_and_gradient(kind)(outputs, labels)
    assert value.shape == (3,)
    (expected,) = torch.autograd.grad(value.sum(), outputs)
    torch.testing.assert_close(gradient, expected)
