"""Training inr2vec: what its batches hold, and how a validation counts."""

import numpy as np
import pytest
import torch

from inr2vec_core import autoencoding
from inr2vec_core.autoencoding import FAILED, Autoencoding, AutoencodingSettings, Inr2vec, embed
from inr2vec_core.decoder import ImplicitDecoder
from inr2vec_core.encoder import Inr2vecEncoder
from inr2vec_core.errors import InputError
from inr2vec_core.fields import udf_labels
from inr2vec_core.metrics import chamfer_distance
from inr2vec_core.queries import QueryMix, dequantise
from inr2vec_core.seeding import numpy_stream
from inr2vec_core.siren import SirenShape
from inr2vec_core.training import TrainSettings, train

SHAPE = SirenShape(4, 2)
SETTINGS = AutoencodingSettings(
    batch=2, queries=32, buffer=64, validation_shapes=10, validation_points=200
)
ROWS = [(f"s{k}", "bed", split) for k, split in enumerate(["train"] * 5 + ["val"] * 3 + ["test"])]


def weights_of(shape_id):
    return numpy_stream(0, shape_id).normal(size=SHAPE.n_parameters)


def points_of(shape_id):
    """A sphere whose radius is the shape's own."""
    directions = numpy_stream(1, shape_id).normal(size=(200, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return directions * radius_of(shape_id)


def radius_of(shape_id):
    return 0.3 + 0.05 * int(shape_id[1:])


@pytest.fixture
def task(make_shards):
    torch.manual_seed(0)
    model = Inr2vec(Inr2vecEncoder(SHAPE, (8,), 6), ImplicitDecoder(6, 8))
    inrs, shapes = make_shards([ROWS[::2], ROWS[1::2]], weights_of, points_of)
    return Autoencoding(model, inrs, shapes, QueryMix(), SETTINGS, 0, torch.device("cpu"))


def test_batches_are_weights_with_queries_of_the_same_shape(task):
    seen = []
    for flat, queries in task.batches(1):
        for one, (coords, labels) in zip(flat, zip(*dequantise(queries), strict=True), strict=True):
            (shape_id,) = [
                row[0] for row in ROWS if np.allclose(weights_of(row[0]), one, atol=1e-6)
            ]
            seen.append(shape_id)
            expected = udf_labels(points_of(shape_id), coords.numpy())
            np.testing.assert_allclose(labels.numpy(), expected, atol=1e-4)
    # Five training shapes in batches of two: the last would be a single row.
    assert len(set(seen)) == len(seen) == 4
    assert set(seen) < {"s0", "s1", "s2", "s3", "s4"}


def test_steps_of_an_epoch_are_the_batches_that_come(task):
    assert task.steps_per_epoch == len(list(task.batches(1))) == 2


def test_queries_are_fresh_each_epoch_and_the_same_for_the_same(task):
    first, again, other = (list(task.batches(epoch)) for epoch in (1, 1, 2))
    assert all(torch.equal(a[1], b[1]) for a, b in zip(first, again, strict=True))
    assert not any(torch.equal(a[1], b[1]) for a, b in zip(first, other, strict=True))


def test_the_loss_is_the_mean_cross_entropy_of_the_labels(task):
    flat, queries = next(iter(task.batches(1)))
    task.model.eval()
    coords, labels = dequantise(queries)
    p = torch.sigmoid(task.model(flat, coords))
    expected = -(labels * p.log() + (1 - labels) * (1 - p).log()).mean()
    torch.testing.assert_close(task.loss((flat, queries)), expected)


@torch.no_grad()
def test_validation_rebuilds_each_shape_and_averages_chamfer_distances(task, monkeypatch):
    val = [row[0] for row in ROWS if row[2] == "val"]
    asked = iter(val * 2)
    made = []

    def perfect(decoder, embedding):
        radius = radius_of(next(asked))
        return lambda points: (points.norm(dim=1) - radius).abs().clamp(max=0.1)

    def recorded(a, b):
        made.append((len(a), np.linalg.norm(b, axis=1).mean()))
        return chamfer_distance(a, b)

    monkeypatch.setattr(autoencoding, "decoded_udf", perfect)
    monkeypatch.setattr(autoencoding, "chamfer_distance", recorded)
    assert sorted(task.validation.shape_id) == val
    asked = iter(task.validation.shape_id)
    figures = task.validate()
    assert figures["failed"] == 0
    assert 0 < figures["chamfer"] < 0.02
    assert [n for n, _ in made] == [200, 200, 200]
    assert sorted(r for _, r in made) == pytest.approx([radius_of(v) for v in val], abs=1e-4)


@torch.no_grad()
def test_a_field_without_surface_counts_as_failed(task, monkeypatch):
    monkeypatch.setattr(
        autoencoding, "decoded_udf", lambda decoder, e: lambda points: points[:, 0] * 0 + 0.1
    )
    assert task.validate() == {"chamfer": FAILED, "failed": 1.0}


@torch.no_grad()
def test_validation_is_repeatable(task):
    task.model.eval()
    torch.nn.init.constant_(task.model.decoder.last.bias, 3.0)  # near a surface everywhere
    assert task.validate() == task.validate()


def test_a_few_epochs_train_and_leave_the_model_ready_to_embed(task):
    course = train(task, TrainSettings(8, lr=1e-2, schedule="onecycle", validate_every=8), seed=0)
    assert course.history[-1]["loss"] < course.history[0]["loss"]
    flat = torch.randn(3, SHAPE.n_parameters)
    together = embed(task.model.encoder, flat)
    assert together.shape == (3, 6) and not together.requires_grad
    torch.testing.assert_close(embed(task.model.encoder, flat[1:2])[0], together[1])


def test_embedding_leaves_batchnorm_as_it_is(task):
    task.model.train()
    before = task.model.encoder.norms[0].running_mean.clone()
    embed(task.model.encoder, torch.randn(3, SHAPE.n_parameters))
    assert torch.equal(task.model.encoder.norms[0].running_mean, before)


def test_a_data_set_without_validation_shapes_is_refused(make_shards):
    inrs, shapes = make_shards([ROWS[:5]], weights_of, points_of)
    model = Inr2vec(Inr2vecEncoder(SHAPE, (8,), 6), ImplicitDecoder(6, 8))
    with pytest.raises(InputError, match="val"):
        Autoencoding(model, inrs, shapes, QueryMix(), SETTINGS, 0, torch.device("cpu"))
