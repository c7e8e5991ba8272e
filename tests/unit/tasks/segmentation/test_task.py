"""The trainings of part segmentation."""

import numpy as np
import pytest
import torch

from inr2vec_core.baselines.registry import SEGMENTERS, build_segmenter
from inr2vec_core.errors import InputError
from inr2vec_core.models.part_decoder import PartDecoder
from inr2vec_core.tasks.segmentation import task as tasks_module
from inr2vec_core.tasks.segmentation.labeled_clouds import PartDataset
from inr2vec_core.tasks.segmentation.predictors import (
    predict_parts,
)
from inr2vec_core.tasks.segmentation.task import (
    CloudSegmentationTask,
    EmbeddingSegmentationTask,
    SegmentationSettings,
)
from inr2vec_core.training import precision as precision_module
from inr2vec_core.training.trainer import TrainSettings, train
from unit.tasks.segmentation.labeled_shapes import (
    EMBEDDINGS,
    PARTS,
    POINTS,
    PointNetwork,
    embedding_of,
    part_dataset,
)

CPU = torch.device("cpu")


def decoder_task(shard, batch=8, points=POINTS, seed=3, model=None, precision="float32"):
    torch.manual_seed(0)
    return EmbeddingSegmentationTask(
        model or PartDecoder(5, 3, len(PARTS), 32, 1), part_dataset(shard, "train"),
        part_dataset(shard, "val"), EMBEDDINGS,
        SegmentationSettings(batch, points, 64, precision), seed, CPU,
    )  # fmt: skip


def network_task(shard, batch=8, points=POINTS, seed=3, model=None, precision="float32"):
    torch.manual_seed(0)
    return CloudSegmentationTask(
        model or PointNetwork(), part_dataset(shard, "train"), part_dataset(shard, "val"),
        SegmentationSettings(batch, points, 64, precision), seed, CPU,
    )  # fmt: skip


def drawn(task, epoch=1):
    """Embedding (of the decoder's task), class, points and labels of each shape of an epoch."""
    order = (0, 1, 2, 3) if isinstance(task, EmbeddingSegmentationTask) else (1, 0, 2)
    batches = [[batch[i] for i in order] for batch in task.batches(epoch)]
    return [row for batch in batches for row in zip(*batch, strict=True)]


def test_a_step_of_the_decoder_has_points_of_the_clouds_with_their_parts(shard):
    task = decoder_task(shard, points=20)
    rows = drawn(task)
    ids = {embedding_of(i).tobytes(): i for i in task.data.shape_id}
    found = [ids[x.numpy().tobytes()] for x, *_ in rows]
    assert sorted(found) == sorted(task.data.shape_id)
    clouds = {c.shape_id: c for c in task.data.clouds()}
    for shape_id, (_, one_hot, points, labels) in zip(found, rows, strict=True):
        assert points.shape == (20, 3) and labels.shape == (20,)
        assert one_hot.tolist() == PARTS.one_hot([shape_id.split("/")[0]])[0].tolist()
        cloud = clouds[shape_id]
        where = dict(zip(map(tuple, cloud.points.tolist()), cloud.labels, strict=True))
        assert [where[tuple(p)] for p in points.tolist()] == labels.tolist()
        assert len({tuple(p) for p in points.tolist()}) == 20  # none twice


def test_a_small_cloud_is_read_whole(shard):
    for *_, points, _ in drawn(decoder_task(shard, points=10_000)):
        assert len(points) == POINTS


def test_a_step_of_a_network_has_stretched_points_with_their_parts(shard, monkeypatch):
    monkeypatch.setattr(tasks_module, "distort", lambda points, rng: points * rng.uniform(2, 3))
    task = network_task(shard, points=20)
    clouds = list(task.data.clouds())
    stretched = set()
    for one_hot, points, labels in drawn(task):
        assert points.dtype == torch.float32 and points.shape == (20, 3)
        for cloud in clouds:
            ratio = np.sort(np.abs(points.numpy())[:, 0])[-1] / np.abs(cloud.points[:, 0])
            for r in ratio[(ratio > 2) & (ratio < 3)]:
                near = np.abs(cloud.points[None] * r - points.numpy()[:, None]).max(2)
                if near.min(1).max() < 1e-5:
                    np.testing.assert_array_equal(cloud.labels[near.argmin(1)], labels)
                    assert one_hot.argmax() == PARTS.classes.index(cloud.class_name)
                    stretched.add(float(r))
    assert len(stretched) == len(clouds)


def test_without_augmentation_a_network_has_points_of_the_clouds(shard):
    def task(**changes):
        settings = SegmentationSettings(8, 20, 64, **changes)
        splits = (part_dataset(shard, split) for split in ("train", "val"))
        return CloudSegmentationTask(PointNetwork(), *splits, settings, 3, CPU)

    known = {tuple(p) for cloud in task().data.clouds() for p in cloud.points.tolist()}
    for changes, share in (({"augment": False}, 1), ({"augment": True}, 0), ({}, 0)):
        rows = [points for _, points, _ in drawn(task(**changes))]
        assert {p.dtype for p in rows} == {torch.float32}
        read = [tuple(p) in known for points in rows for p in points.tolist()]
        assert np.mean(read) == share


@pytest.mark.parametrize("make", [decoder_task, network_task])
def test_draws_depend_on_seed_shape_and_epoch_alone(make, shard):
    def draws(epoch=1, **changes):
        rows = drawn(make(shard, points=20, **changes), epoch)
        return sorted(tuple(points.flatten().tolist()) for *_, points, _ in rows)

    assert draws() == draws() == draws(batch=5)
    assert draws() != draws(epoch=2) and draws() != draws(seed=4)


@pytest.mark.parametrize("make", [decoder_task, network_task])
@pytest.mark.parametrize("batch", [5, 8, 23, 24, 100])
def test_steps_per_epoch_is_the_number_of_batches(make, batch, shard):
    task = make(shard, batch=batch)
    assert len(list(task.batches(1))) == task.steps_per_epoch


@pytest.mark.parametrize("make", [decoder_task, network_task])
def test_too_few_shapes_are_refused(make, shard, monkeypatch):
    monkeypatch.setattr(PartDataset, "__len__", lambda self: 1)
    with pytest.raises(InputError, match=r"1 training shape\(s\): a segmentation needs"):
        make(shard)


def test_clouds_with_too_few_points_are_refused(shard):
    with pytest.raises(InputError, match="takes 100 points and the clouds have 48: lower"):
        network_task(shard, points=100)


def test_a_decoder_learns_parts_from_embedding_class_and_query(shard):
    task = decoder_task(shard)
    result = train(task, TrainSettings(60, 1e-2, 1e-2, "onecycle", 60), seed=1)
    assert result.best_score > 0.95
    metrics = task.validate()
    assert metrics["class_miou"] == result.best_score  # of the best model
    assert metrics["class_miou"] == pytest.approx(metrics["instance_miou"])  # classes of one size


def test_a_network_learns_parts_from_points_and_class(shard):
    task = network_task(shard, points=20)
    result = train(task, TrainSettings(60, 1e-2, 1e-2, "onecycle", 60), seed=1)
    sticks = [
        (found == cloud.labels).mean()
        for cloud, found in predict_parts(task.predict, task.validation.clouds())
        if cloud.class_name != "ball"  # whose axis only the embedding tells
    ]
    assert np.mean(sticks) > 0.9 and result.history[-1]["loss"] < result.history[0]["loss"]


@pytest.mark.parametrize("kind", SEGMENTERS)
def test_the_published_networks_can_be_trained(kind, shard):
    description = {
        "type": kind, "classes": PARTS.classes, "parts": len(PARTS), "points": 32, "neighbors": 4
    }  # fmt: skip
    task = network_task(shard, batch=12, points=32, model=build_segmenter(description))
    result = train(task, TrainSettings(2, 1e-3, 1e-2, "onecycle", 2), seed=1)
    assert 0 < result.best_score <= 1 and np.isfinite(result.history[-1]["loss"])


def test_validation_by_hand(shard):
    class AlwaysLow(PointNetwork):
        def forward(self, points, one_hot):
            return torch.tensor([0.0, 1, 0, 1, 0]).expand(*points.shape[:2], -1)

    ious = {"ball": [], "stick": [], "worm": []}
    for cloud in part_dataset(shard, "val").clouds():
        share = {"ball": (cloud.labels == 1).mean(), "stick": (cloud.labels == 3).mean()}
        ious[cloud.class_name].append(share.get(cloud.class_name, 2) / 2)
    assert network_task(shard, model=AlwaysLow()).validate() == {
        "class_miou": pytest.approx(np.mean([np.mean(v) for v in ious.values()])),
        "class_miou_error": pytest.approx(
            np.sqrt(sum(np.var(x) / len(x) for x in ious.values())) / len(ious)
        ),
        "instance_miou": pytest.approx(np.mean(np.concatenate([*ious.values()]))),
    }


class Watching(PointNetwork):
    """Keeps whether each call was in mixed precision."""

    def __init__(self):
        super().__init__()
        self.mixed = []

    def forward(self, points, one_hot):
        self.mixed.append(torch.is_autocast_enabled("cpu"))
        return super().forward(points, one_hot)


class WatchingDecoder(PartDecoder):
    def __init__(self):
        super().__init__(5, 3, len(PARTS), 16, 2)
        self.mixed = []
        self.decoder.register_forward_hook(
            lambda *_: self.mixed.append(torch.is_autocast_enabled("cpu"))
        )


@pytest.mark.parametrize("make, kind", [(decoder_task, WatchingDecoder), (network_task, Watching)])
@pytest.mark.parametrize(
    "precision, has, mixed",
    [("float32", True, False), ("bfloat16", True, True), ("bfloat16", False, False)],
)
def test_precision_is_mixed_where_asked_for_and_the_device_has_it(
    make, kind, precision, has, mixed, shard, monkeypatch
):
    monkeypatch.setattr(precision_module, "has_bfloat16", lambda device: has)
    task = make(shard, model=kind(), precision=precision)
    loss = task.loss(next(iter(task.batches(1))))
    assert loss.dtype == torch.float32
    task.model.mixed, trained = [], task.model.mixed
    task.validate()
    assert set(trained) == set(task.model.mixed) == {mixed}
