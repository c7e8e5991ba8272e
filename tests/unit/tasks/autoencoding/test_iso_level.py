"""Where decoded meshes and voxels are cut."""

import logging
import math

import numpy as np
import pytest
import torch
import trimesh

from inr2vec_core.encoders.inr2vec import Encoder
from inr2vec_core.geometry.shapes import MeshShape, VoxelShape
from inr2vec_core.geometry.voxels import centroids
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import modality
from inr2vec_core.models.implicit_decoder import ImplicitDecoder
from inr2vec_core.models.inr2vec import Inr2vec
from inr2vec_core.tasks.autoencoding.iso_level import SHIFTS, calibrate_iso_level

RADIUS = 0.6
SHAPE = SirenConfig(4, 2)


class Unsure:
    """An inr2vec whose logits are those of a ball of `RADIUS`, and a constant too high."""

    def __init__(self, field, too_high):
        self.modality, self.too_high = modality(field), too_high

    def logits(self, embedding):
        def of(points):
            height = points.norm(dim=1) - RADIUS
            if self.modality.name == "sdf":
                right = torch.logit(((height + 0.1) / 0.2).clamp(0.01, 0.99))
            else:
                right = math.log(0.4 / 0.6) - 20 * height
            return right + self.too_high

        return of


def ball(field):
    if field == "occ":
        return VoxelShape((np.linalg.norm(centroids(40), axis=1) < RADIUS).reshape(40, 40, 40))
    made = trimesh.creation.icosphere(4, RADIUS)
    return MeshShape(made.vertices.astype(np.float32), made.faces.astype(np.int32))


def found(field, too_high):
    examples = [(name, ball(field), torch.zeros(4)) for name in ("a", "b")]
    return calibrate_iso_level(Unsure(field, too_high), iter(examples), 2000, 40, seed=0)


@pytest.mark.parametrize("field", ["sdf", "occ"])
@pytest.mark.parametrize("too_high", [0.0, 0.7, 1.2])
def test_what_a_decoder_is_wrong_by_is_found(field, too_high):
    assert found(field, too_high) == pytest.approx(-too_high, abs=0.1001)


def test_the_choice_is_told_with_what_it_gains(caplog):
    caplog.set_level(logging.INFO)
    found("occ", 0.5)
    assert "logits shifted by -0.5: mean Chamfer distance 0.00000, unshifted 0.0" in caplog.text


def test_one_shape_without_a_surface_does_not_decide_for_all():
    right, lost = Unsure("sdf", 0.0), Unsure("sdf", 10.0)
    lost.logits = lambda embedding: lambda points: right.logits(None)(points).clamp(min=0.65)
    unsure = Unsure("sdf", 0.0)
    unsure.logits = lambda embedding: (lost if embedding[0] else right).logits(embedding)
    examples = [(str(k), ball("sdf"), torch.tensor([float(k == 0)])) for k in range(6)]
    assert calibrate_iso_level(unsure, iter(examples), 2000, 40, seed=0) == pytest.approx(
        0, abs=0.1001
    )


def test_the_papers_level_stays_where_no_other_is_better():
    assert SHIFTS[0] == 0
    assert found("sdf", 50.0) == 0  # nothing is inside at any of them


def test_clouds_have_no_level_and_are_not_even_read():
    def never():
        raise AssertionError("read")
        yield

    assert calibrate_iso_level(Unsure("udf", 0.0), never(), 100, 8, seed=0) == 0


@pytest.mark.parametrize("field", ["sdf", "occ"])
@torch.no_grad()
def test_a_models_shift_moves_its_decoded_fields_and_not_its_training(field):
    torch.manual_seed(0)
    model = Inr2vec(Encoder(SHAPE, (8,), 6), ImplicitDecoder(6, 8), SHAPE, modality(field)).eval()
    flat, points = torch.randn(1, SHAPE.n_parameters), torch.rand(50, 3)
    embedding = model.encoder(flat)
    logits, plain = model.logits(embedding[0])(points), model.decoded(embedding[0])(points)
    loss = model.loss(flat, points[None], torch.ones(1, 50))
    torch.testing.assert_close(logits, model(flat, points[None])[0])
    torch.testing.assert_close(plain, modality(field).values(logits))
    model.shift = -0.5
    torch.testing.assert_close(
        model.decoded(embedding[0])(points), modality(field).values(logits - 0.5)
    )
    assert torch.equal(model.loss(flat, points[None], torch.ones(1, 50)), loss)
