"""Training inr2vec: what its batches hold, and how a validation counts."""

import dataclasses

import numpy as np
import pytest
import torch
import trimesh

from inr2vec_core.encoders.inr2vec import Encoder as Inr2vecEncoder
from inr2vec_core.encoders.projected import Encoder as Projected
from inr2vec_core.errors import InputError
from inr2vec_core.geometry.queries import QuerySampling, dequantize
from inr2vec_core.geometry.shapes import MeshShape, VoxelShape
from inr2vec_core.geometry.voxels import centroids
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import modality
from inr2vec_core.models.implicit_decoder import ImplicitDecoder
from inr2vec_core.models.inr2vec import Inr2vec, embed
from inr2vec_core.ops.chamfer import compare
from inr2vec_core.reconstruction import evaluate
from inr2vec_core.reconstruction.evaluate import FAILED
from inr2vec_core.tasks.autoencoding import task as autoencoding
from inr2vec_core.tasks.autoencoding.task import Inr2vecSettings, Inr2vecTask
from inr2vec_core.training import precision
from inr2vec_core.training.trainer import TrainSettings, train
from inr2vec_core.utils.seeding import numpy_stream

SHAPE = SirenConfig(4, 2)
SETTINGS = Inr2vecSettings(
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
    model = Inr2vec(Inr2vecEncoder(SHAPE, (8,), 6), ImplicitDecoder(6, 8), SHAPE, modality("udf"))
    files = make_shards([ROWS[::2], ROWS[1::2]], weights_of, points_of)
    made = Inr2vecTask(model, *files, QuerySampling(), SETTINGS, 0, torch.device("cpu"))
    made.files = files
    return made


def test_batches_are_weights_with_queries_of_the_same_shape(task):
    seen = []
    for flat, queries in task.batches(1):
        for one, (coords, labels) in zip(flat, zip(*dequantize(queries), strict=True), strict=True):
            (shape_id,) = [
                row[0] for row in ROWS if np.allclose(weights_of(row[0]), one, atol=1e-6)
            ]
            seen.append(shape_id)
            expected = modality("udf").label_queries(points_of(shape_id), coords.numpy())
            np.testing.assert_allclose(labels.numpy(), expected, atol=1e-4)
    # Five training shapes in batches of two: the last would be a single row.
    assert len(set(seen)) == len(seen) == 4
    assert set(seen) < {"s0", "s1", "s2", "s3", "s4"}


def test_an_encoder_that_was_trained_before_keeps_its_own_means(make_shards):
    model = Inr2vec(Projected(SHAPE, (8,), 6), ImplicitDecoder(6, 8), SHAPE, modality("udf"))
    model.encoder.mean.fill_(7)
    files = make_shards([ROWS], weights_of, points_of)
    Inr2vecTask(
        model, *files, QuerySampling(), SETTINGS, 0, torch.device("cpu"), calibrate=False
    )  # fmt: skip
    assert (model.encoder.mean == 7).all() and (model.encoder.scale == 1).all()


def test_an_encoder_that_asks_for_it_is_shown_training_inrs_and_no_others(make_shards):
    model = Inr2vec(Projected(SHAPE, (8,), 6), ImplicitDecoder(6, 8), SHAPE, modality("udf"))
    files = make_shards([ROWS[::2], ROWS[1::2]], weights_of, points_of)
    Inr2vecTask(model, *files, QuerySampling(), SETTINGS, 0, torch.device("cpu"))
    expected = np.mean([weights_of(name) for name, _, split in ROWS if split == "train"], 0)
    np.testing.assert_allclose(model.encoder.mean, expected, atol=1e-5)


def test_an_encoder_in_mixed_precision_leaves_the_loss_as_precise_as_the_weights():
    model = Inr2vec(Projected(SHAPE, (8,), 6), ImplicitDecoder(6, 8), SHAPE, modality("udf"))
    flat, coords = torch.randn(4, SHAPE.n_parameters), torch.rand(4, 50_000, 3)
    with torch.autocast("cpu", torch.bfloat16):
        assert model.encoder(flat).dtype == torch.bfloat16
        assert model.loss(flat, coords, torch.ones(4, 50_000)).dtype == torch.float32


def test_steps_of_an_epoch_are_the_batches_that_come(task):
    assert task.steps_per_epoch == len(list(task.batches(1))) == 2


def test_queries_are_fresh_each_epoch_and_the_same_for_the_same(task):
    first, again, other = (list(task.batches(epoch)) for epoch in (1, 1, 2))
    assert all(torch.equal(a[1], b[1]) for a, b in zip(first, again, strict=True))
    assert not any(torch.equal(a[1], b[1]) for a, b in zip(first, other, strict=True))


def test_the_loss_is_the_mean_cross_entropy_of_the_labels(task):
    flat, queries = next(iter(task.batches(1)))
    task.model.eval()
    coords, labels = dequantize(queries)
    p = torch.sigmoid(task.model(flat, coords))
    expected = -(labels * p.log() + (1 - labels) * (1 - p).log()).mean()
    torch.testing.assert_close(task.loss((flat, queries)), expected)


@pytest.mark.parametrize("has", [False, True])
def test_mixed_precision_where_the_device_has_it(task, has, monkeypatch):
    monkeypatch.setattr(precision, "has_bfloat16", lambda device: has)
    settings = dataclasses.replace(SETTINGS, precision="bfloat16")
    mixed = Inr2vecTask(
        task.model.eval(), *task.files, QuerySampling(), settings, 0, torch.device("cpu")
    )
    batch = next(iter(task.batches(1)))
    loss, expected = mixed.loss(batch), task.loss(batch)
    assert torch.equal(loss, expected) is not has
    torch.testing.assert_close(loss, expected, rtol=0.02, atol=0)


@torch.no_grad()
def test_validation_reconstructs_each_shape_and_averages_chamfer_distances(task, monkeypatch):
    val = [row[0] for row in ROWS if row[2] == "val"]
    asked = iter(task.validation.shape_id)
    made = []

    def perfect(embedding):
        radius = radius_of(next(asked))
        return lambda points: (points.norm(dim=1) - radius).abs().clamp(max=0.1)

    def recorded(a, b, threshold):
        made.append((len(a), np.linalg.norm(b, axis=1).mean()))
        return compare(a, b, threshold)

    monkeypatch.setattr(task.model, "decoded", perfect)
    monkeypatch.setattr(evaluate, "compare", recorded)
    assert sorted(task.validation.shape_id) == val
    figures = task.validate()
    assert figures["failed"] == 0
    assert 0 < figures["chamfer"] < 0.02
    assert [n for n, _ in made] == [200, 200, 200]
    assert sorted(r for _, r in made) == pytest.approx([radius_of(v) for v in val], abs=1e-4)


@torch.no_grad()
def test_a_field_without_surface_counts_as_failed(task, monkeypatch):
    monkeypatch.setattr(task.model, "decoded", lambda e: lambda points: points[:, 0] * 0 + 0.1)
    assert task.validate() == {"chamfer": FAILED, "failed": 1.0}


@torch.no_grad()
def test_validation_is_repeatable(task):
    task.model.eval()
    torch.nn.init.constant_(task.model.decoder.last.bias, 3.0)  # near a surface everywhere
    assert task.validate() == task.validate()


def test_a_few_epochs_train_and_leave_the_model_ready_to_embed(task):
    result = train(task, TrainSettings(8, lr=1e-2, schedule="onecycle", validate_every=8), seed=0)
    assert result.history[-1]["loss"] < result.history[0]["loss"]
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
    model = Inr2vec(Inr2vecEncoder(SHAPE, (8,), 6), ImplicitDecoder(6, 8), SHAPE, modality("udf"))
    with pytest.raises(InputError, match="val"):
        Inr2vecTask(model, inrs, shapes, QuerySampling(), SETTINGS, 0, torch.device("cpu"))


# ---------------------------------------------------------------------------- meshes and voxels


def mesh_of(shape_id):
    ball = trimesh.creation.icosphere(3, radius_of(shape_id))
    return MeshShape(ball.vertices.astype(np.float32), ball.faces.astype(np.int32))


def grid_of(shape_id):
    inside = np.linalg.norm(centroids(16), axis=1) < radius_of(shape_id)
    return VoxelShape(inside.reshape(16, 16, 16))


@pytest.fixture(params=["sdf", "occ"])
def solid_task(request, make_shards):
    """A task on meshes or voxels of balls, and what a perfect decoder would give of one."""
    form = {"sdf": mesh_of, "occ": grid_of}[request.param]
    torch.manual_seed(0)
    model = Inr2vec(
        Inr2vecEncoder(SHAPE, (8,), 6), ImplicitDecoder(6, 8), SHAPE, modality(request.param)
    )
    shards = make_shards([ROWS[::2], ROWS[1::2]], weights_of, form)
    return Inr2vecTask(model, *shards, QuerySampling(), SETTINGS, 0, torch.device("cpu"))


def test_queries_of_meshes_and_voxels_belong_to_their_shapes(solid_task):
    (flat, queries), *_ = solid_task.batches(1)
    for one, (coords, labels) in zip(flat, zip(*dequantize(queries), strict=True), strict=True):
        (shape_id,) = [row[0] for row in ROWS if np.allclose(weights_of(row[0]), one, atol=1e-6)]
        height = coords.norm(dim=1) - radius_of(shape_id)
        if solid_task.model.modality.name == "occ":
            assert torch.equal(labels, (height < 0).float())
        else:
            expected = ((height + 0.1) / 0.2).clamp(0, 1)
            torch.testing.assert_close(labels, expected, rtol=0, atol=0.03)


def test_queries_of_meshes_come_from_a_pool_and_differ_by_epoch(solid_task):
    first, second = (
        {tuple(q) for _, batch in solid_task.batches(n) for q in batch.reshape(-1, 4).tolist()}
        for n in (1, 2)
    )
    assert first != second
    if solid_task.model.modality.name == "sdf":
        pools = np.concatenate([pool for _, pool in solid_task.queries.pools.values()])
        assert len(pools) == len(solid_task.queries.pools) * 16 * SETTINGS.queries
        assert first | second <= {tuple(q) for q in pools.tolist()}
    else:
        assert not solid_task.queries.pools


def test_meshes_that_do_not_fit_in_memory_have_fresh_queries(make_shards):
    model = Inr2vec(Inr2vecEncoder(SHAPE, (8,), 6), ImplicitDecoder(6, 8), SHAPE, modality("sdf"))
    shards = make_shards([ROWS[::2], ROWS[1::2]], weights_of, mesh_of)
    settings = dataclasses.replace(SETTINGS, buffer=2)
    task = Inr2vecTask(model, *shards, QuerySampling(), settings, 0, torch.device("cpu"))
    assert len(list(task.batches(1))) == 2 and not task.queries.pools


@pytest.mark.parametrize("copies", [0, 1])
def test_one_inr_of_each_shape_has_a_pool_only_where_it_is_always_the_same(copies, make_shards):
    rows = [*ROWS, *((f"s{k}@1", "bed", "train") for k in range(5 * copies))]
    shards = make_shards(
        [rows[::2], rows[1::2]], lambda name: weights_of(name[:2]), lambda name: mesh_of(name[:2])
    )
    model = Inr2vec(Inr2vecEncoder(SHAPE, (8,), 6), ImplicitDecoder(6, 8), SHAPE, modality("sdf"))
    settings = dataclasses.replace(SETTINGS, copies="one")
    task = Inr2vecTask(model, *shards, QuerySampling(), settings, 0, torch.device("cpu"))
    for epoch in range(1, 4):
        assert len(list(task.batches(epoch))) == 2
    assert len(task.queries.pools) == (0 if copies else 5)


@torch.no_grad()
def test_validation_of_meshes_and_voxels(solid_task, monkeypatch):
    asked = iter(solid_task.validation.shape_id)

    def perfect(embedding):
        radius, sdf = radius_of(next(asked)), solid_task.model.modality.name == "sdf"
        if sdf:
            return lambda points: (points.norm(dim=1) - radius).clamp(-0.1, 0.1)
        return lambda points: (points.norm(dim=1) < radius).float()

    monkeypatch.setattr(solid_task.model, "decoded", perfect)
    figures = solid_task.validate()
    assert figures["failed"] == 0
    if solid_task.model.modality.name == "occ":
        assert figures["chamfer"] == 0  # the very same voxels
    else:
        assert 0 < figures["chamfer"] < 0.03  # 200 points of each


def test_the_level_is_settled_by_validation_shapes_and_kept(solid_task, monkeypatch):
    def found(model, examples, points, resolution, seed):
        assert model is solid_task.model and (points, seed) == (SETTINGS.validation_points, 0)
        assert sorted(name for name, _, _ in examples) == ["s5", "s6", "s7"]
        return -0.3

    monkeypatch.setattr(autoencoding, "calibrate_iso_level", found)
    solid_task.calibrate_iso_level()
    assert solid_task.model.shift == -0.3


@torch.no_grad()
def test_an_empty_mesh_or_grid_counts_as_failed(solid_task, monkeypatch):
    outside = {"sdf": 0.1, "occ": 0.0}[solid_task.model.modality.name]
    monkeypatch.setattr(
        solid_task.model, "decoded", lambda e: lambda points: points[:, 0] * 0 + outside
    )
    assert solid_task.validate() == {"chamfer": FAILED, "failed": 1.0}


def test_training_on_meshes_and_voxels_lowers_the_loss(solid_task):
    settings = TrainSettings(8, lr=1e-2, schedule="onecycle", validate_every=8)
    result = train(solid_task, settings, seed=0)
    assert result.history[-1]["loss"] < result.history[0]["loss"]
