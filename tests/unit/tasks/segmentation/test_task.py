"""The part decoder, predictions of parts, and the two trainings."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from inr2vec_core.baselines.registry import SEGMENTERS, build_segmenter
from inr2vec_core.errors import InputError
from inr2vec_core.geometry.shapes import CloudShape, PartLabels
from inr2vec_core.io.checkpoints import load_model, save_model
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import shape_columns
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.models.part_decoder import PartDecoder, build_part_decoder
from inr2vec_core.ops import chunked_loss
from inr2vec_core.tasks.segmentation import predictors
from inr2vec_core.tasks.segmentation import task as tasks_module
from inr2vec_core.tasks.segmentation.labeled_clouds import PartDataset, part_labels
from inr2vec_core.tasks.segmentation.parts import Parts
from inr2vec_core.tasks.segmentation.predictors import (
    DecoderPredictor,
    NearestTrainingPoint,
    NetworkPredictor,
    predict_parts,
)
from inr2vec_core.tasks.segmentation.task import (
    CloudSegmentationTask,
    EmbeddingSegmentationTask,
    SegmentationSettings,
)
from inr2vec_core.training import precision as precision_module
from inr2vec_core.training.trainer import TrainSettings, train

CPU = torch.device("cpu")
POINTS = 48
NAMES = {"ball": ("low", "high"), "stick": ("first", "last"), "worm": ("whole",)}
PARTS = Parts(
    (("ball", "high"), ("ball", "low"), ("stick", "first"), ("stick", "last"), ("worm", "whole")),
    (9, 9, 9, 9, 9),
)


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def number(shape_id):
    return int(shape_id.split("/")[1])


def points_of(shape_id, n=POINTS):
    return np.random.default_rng(number(shape_id)).uniform(-0.5, 0.5, (n, 3)).astype("f4")


def cloud_of(shape_id):
    """A ball is parted at its equator, its poles on one of two axes; a stick at its middle."""
    class_name, points = shape_id.split("/")[0], points_of(shape_id)
    axis = number(shape_id) // 3 % 2 if class_name == "ball" else 2
    index = (points[:, axis] > 0) & (class_name != "worm")
    return CloudShape(points, PartLabels(NAMES[class_name], index.astype(np.int16)))


def embedding_of(shape_id):
    """Tells the axis of the poles."""
    rng = np.random.default_rng(1000 + number(shape_id))
    return (np.eye(2, 5)[number(shape_id) // 3 % 2] + rng.normal(0, 0.05, 5)).astype("f4")


def split_of(k):
    return "train" if k < 24 else "val"


IDS = [f"{list(NAMES)[k % 3]}/{k}" for k in range(36)]
EMBEDDINGS = {shape_id: embedding_of(shape_id) for shape_id in IDS}


@pytest.fixture
def shard(tmp_path):
    path = tmp_path / "shard.h5"
    columns = {
        "shape_id": IDS, "class": [i.split("/")[0] for i in IDS],
        "split": [split_of(k) for k in range(len(IDS))],
    }  # fmt: skip
    write_shard(path, columns | shape_columns([cloud_of(i) for i in IDS], CloudShape))
    return path


def labelled(shard, split):
    return PartDataset([shard], [split], PARTS)


def test_the_fixtures_parts_are_those_of_its_shapes(shard):
    assert Parts.of(part_labels(ShardedShapes([shard], [shard], ["train"]))).pairs == PARTS.pairs


# ---------------------------------------------------------------------------- the decoder


def inputs(b=3, q=7, embedding=5, classes=3, parts=4, seed=0):
    one_hot = torch.eye(classes)[torch.arange(b) % classes]
    labels = torch.arange(b * q).view(b, q) % parts
    return random(b, embedding, seed=seed), one_hot, random(b, q, 3, seed=seed + 1), labels


def small_decoder(parts=4, seed=0):
    torch.manual_seed(seed)
    return PartDecoder(5, 3, parts, hidden=16, frequencies=2)


def test_the_papers_decoder_of_50_parts():
    with torch.device("meta"):
        decoder = PartDecoder(1024, 16, 50)
    assert sum(p.numel() for p in decoder.parameters()) == 2_206_770


def test_dropout_hides_numbers_of_the_embedding_while_training_alone():
    torch.manual_seed(0)
    decoder = PartDecoder(5, 3, 4, 16, 2, dropout=0.5)
    given = torch.randn(2, 5), torch.eye(3)[:2], torch.rand(2, 6, 3)
    assert not torch.equal(decoder(*given), decoder(*given))
    decoder.eval()
    assert torch.equal(decoder(*given), decoder(*given))
    # The class is never hidden.
    decoder.train()
    nothing = (torch.zeros(2, 5), *given[1:])
    assert torch.equal(decoder(*nothing), decoder(*nothing))


@pytest.mark.parametrize("parts", [1, 2, 4])
@pytest.mark.parametrize("b, q", [(3, 7), (1, 7), (3, 1), (1, 1)])
def test_a_logit_for_each_part_of_each_query(parts, b, q):
    *x, _ = inputs(b, q, parts=parts)
    assert small_decoder(parts)(*x).shape == (b, q, parts)


def test_embedding_class_and_query_all_count():
    decoder, (x, one_hot, coords, _) = small_decoder(), inputs()
    logits = decoder(x, one_hot, coords)
    others = [(x + 1, one_hot, coords), (x, one_hot.roll(1, 0), coords), (x, one_hot, coords + 1)]
    for other in others:
        assert not torch.allclose(decoder(*other), logits, atol=1e-4)


def test_a_querys_parts_depend_on_no_other_query():
    decoder, (x, one_hot, coords, _) = small_decoder(), inputs()
    logits = decoder(x, one_hot, coords)
    torch.testing.assert_close(decoder(x, one_hot, coords.flip(1)).flip(1), logits)
    torch.testing.assert_close(decoder(x[1:], one_hot[1:], coords[1:, :2]), logits[1:, :2])


@pytest.mark.parametrize("parts", [1, 4])
@pytest.mark.parametrize("elements", [1 << 20, 16 * 5])  # at once, and in chunks
def test_the_loss_is_cross_entropy_over_all_parts(parts, elements, monkeypatch):
    monkeypatch.setattr(chunked_loss, "CPU_ELEMENTS", elements)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    decoder, (*x, labels) = small_decoder(parts), inputs(parts=parts)
    loss = decoder.loss(*x, labels)
    loss.backward()
    found = [p.grad.clone() for p in decoder.parameters()]
    decoder.zero_grad()
    expected = F.cross_entropy(decoder(*x).flatten(0, 1), labels.flatten())
    expected.backward()
    torch.testing.assert_close(loss, expected)
    for gradient, p in zip(found, decoder.parameters(), strict=True):
        torch.testing.assert_close(gradient, p.grad)


def test_a_decoder_in_a_file_gives_the_same_logits(tmp_path):
    description = {
        "embedding": 5, "classes": PARTS.classes, "parts": len(PARTS), "hidden": 16,
        "frequencies": 2, "dropout": 0.5,
    }  # fmt: skip
    model = build_part_decoder(description).eval()
    save_model(model, description, tmp_path / "decoder.safetensors")
    loaded, what = load_model(tmp_path / "decoder.safetensors", build_part_decoder)
    assert what == description and not loaded.training
    *x, _ = inputs()
    assert torch.equal(loaded(*x), model(*x)) and model(*x).shape[2] == len(PARTS)


# ---------------------------------------------------------------------------- predictions


class PointNetwork(nn.Module):
    """Logits of each point by itself, told the class."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, len(PARTS))
        )
        self.read = []

    def forward(self, points, one_hot):
        self.read.append(points)
        told = one_hot[:, None].expand(-1, points.shape[1], -1)
        return self.layers(torch.cat([points, told], 2))

    def loss(self, points, one_hot, labels):
        return F.cross_entropy(self(points, one_hot).flatten(0, 1).float(), labels.flatten())


def decoder_predictor(seed=0):
    return DecoderPredictor(small_decoder(len(PARTS), seed), PARTS, EMBEDDINGS, CPU)


def network_predictor(points=20, seed=0, model=None):
    torch.manual_seed(0)
    return NetworkPredictor(model or PointNetwork(), PARTS, points, seed, CPU)


def asked(predict, ids, clouds=None):
    return predict(ids, [i.split("/")[0] for i in ids], clouds or [points_of(i) for i in ids])


@pytest.fixture(params=["decoder", "network", "nearest"])
def predict(request, shard):
    if request.param == "nearest":
        return NearestTrainingPoint(labelled(shard, "train"))
    return decoder_predictor() if request.param == "decoder" else network_predictor()


def test_predictions_never_leave_the_class(predict):
    for shape_id, found in zip(IDS, asked(predict, IDS), strict=True):
        assert found.shape == (POINTS,) and found.dtype == np.int64
        assert set(found) <= set(PARTS.numbers(shape_id.split("/")[0]))


def test_predictions_do_not_depend_on_other_shapes_nor_their_order(predict):
    found = asked(predict, IDS)
    backwards = asked(predict, IDS[::-1])[::-1]
    alone = [asked(predict, [shape_id])[0] for shape_id in IDS]
    for a, b, c in zip(found, backwards, alone, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(a, c)


def test_clouds_of_any_size_are_predicted_side_by_side(predict):
    sizes = [1, 19, 20, 21, 3000]
    clouds = [points_of(i, n) for i, n in zip(IDS, sizes, strict=False)]
    found = asked(predict, IDS[:5], clouds)
    assert [len(parts) for parts in found] == sizes


def test_queries_are_told_as_the_model_does_however_they_are_cut(monkeypatch):
    (whole,) = asked(decoder_predictor(), IDS[:1], [points_of(IDS[0], 1000)])
    monkeypatch.setattr(predictors, "QUERIES", 64)
    (cut,) = asked(decoder_predictor(), IDS[:1], [points_of(IDS[0], 1000)])
    np.testing.assert_array_equal(cut, whole)
    logits = small_decoder(len(PARTS))(
        torch.from_numpy(EMBEDDINGS[IDS[0]])[None], torch.eye(3)[:1],
        torch.from_numpy(points_of(IDS[0], 1000))[None],
    )  # fmt: skip
    np.testing.assert_array_equal(whole, logits[0, :, :2].argmax(1))  # a ball has the first two
    assert len(set(whole)) == 2


@pytest.mark.parametrize("n, groups", [(5, 1), (20, 1), (21, 2), (45, 3)])
def test_a_network_reads_every_point_in_groups_of_its_size(n, groups):
    model = PointNetwork()
    cloud = points_of("ball/0", n)
    (found,) = asked(network_predictor(20, model=model), ["ball/0"], [cloud])
    read = torch.cat(model.read)
    assert read.shape == (groups, 20, 3)
    assert {tuple(p) for p in read.flatten(0, 1).tolist()} == {tuple(p) for p in cloud.tolist()}
    with torch.no_grad():
        logits = model(torch.from_numpy(cloud)[None], torch.eye(3)[:1])
    np.testing.assert_array_equal(found, logits[0, :, :2].argmax(1))


def test_a_cloud_of_the_networks_size_is_read_at_once_and_shuffled():
    model = PointNetwork()
    asked(network_predictor(POINTS, model=model), IDS[:2])
    given = np.stack([points_of(i) for i in IDS[:2]])
    assert not np.array_equal(model.read[0], given)
    np.testing.assert_array_equal(np.sort(model.read[0], 1), np.sort(given, 1))


def test_groups_depend_on_seed_and_shape_alone():
    def read(ids, seed=0):
        model = PointNetwork()
        asked(network_predictor(20, seed, model), ids)
        return torch.cat(model.read)

    assert torch.equal(read(IDS[:2])[3:], read(IDS[1:2]))
    assert not torch.equal(read(IDS[:1]), read(IDS[:1], seed=1))


def test_a_point_that_also_fills_a_group_keeps_what_its_own_group_says():
    class GroupNumber(nn.Module):
        """Says part 0 in the first group of each shape, part 1 in the others."""

        def forward(self, points, one_hot):
            second = torch.arange(len(points)).view(-1, 1, 1).expand(-1, points.shape[1], 1)
            return torch.cat([0.5 - second, second - 0.5, (second * 0.0).expand(-1, -1, 3)], 2)

    cloud = points_of("ball/0", 30)
    (found,) = asked(network_predictor(20, model=GroupNumber()), ["ball/0"], [cloud])
    assert np.bincount(found).tolist() == [20, 10]


def test_the_number_of_groups_at_once_does_not_matter(monkeypatch):
    found = asked(network_predictor(), IDS)
    monkeypatch.setattr(predictors, "SHAPES", 2)
    for a, b in zip(asked(network_predictor(), IDS), found, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_nearest_training_point_is_right_on_training_points(shard):
    data = labelled(shard, "train")
    predict = NearestTrainingPoint(data)
    for cloud, found in predict_parts(predict, data.clouds()):
        np.testing.assert_array_equal(found, cloud.labels)


def test_the_nearest_training_point_by_hand(shard):
    data = labelled(shard, "train")
    queries = points_of("stick/99", 30)
    clouds = [c for c in data.clouds() if c.class_name == "stick"]
    points = np.concatenate([c.points for c in clouds])
    nearest = ((queries[:, None] - points[None]) ** 2).sum(2).argmin(1)
    (found,) = NearestTrainingPoint(data)(["stick/99"], ["stick"], [queries])
    np.testing.assert_array_equal(found, np.concatenate([c.labels for c in clouds])[nearest])


def test_segmented_gives_every_cloud_with_its_own_parts(shard, monkeypatch):
    monkeypatch.setattr(predictors, "SHAPES", 5)
    data = labelled(shard, "val")
    predict = decoder_predictor()
    pairs = list(predict_parts(predict, data.clouds()))
    assert [cloud.shape_id for cloud, _ in pairs] == data.shape_id
    for cloud, found in pairs:
        np.testing.assert_array_equal(found, asked(predict, [cloud.shape_id])[0])


def test_predictions_are_made_in_evaluation_mode_and_without_gradients():
    model = PointNetwork().train()
    asked(network_predictor(model=model), IDS[:1])
    assert not model.training and not model.read[0].requires_grad


# ---------------------------------------------------------------------------- the trainings


def decoder_task(shard, batch=8, points=POINTS, seed=3, model=None, precision="float32"):
    torch.manual_seed(0)
    return EmbeddingSegmentationTask(
        model or PartDecoder(5, 3, len(PARTS), 32, 1), labelled(shard, "train"),
        labelled(shard, "val"), EMBEDDINGS,
        SegmentationSettings(batch, points, 64, precision), seed, CPU,
    )  # fmt: skip


def network_task(shard, batch=8, points=POINTS, seed=3, model=None, precision="float32"):
    torch.manual_seed(0)
    return CloudSegmentationTask(
        model or PointNetwork(), labelled(shard, "train"), labelled(shard, "val"),
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


def test_a_cloud_with_no_more_points_than_asked_for_is_read_whole(shard):
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


@pytest.mark.parametrize("make", [decoder_task, network_task])
def test_draws_depend_on_seed_shape_and_epoch_alone(make, shard):
    def draws(epoch=1, **changes):
        rows = drawn(make(shard, points=20, **changes), epoch)
        return sorted(tuple(points.flatten().tolist()) for *_, points, _ in rows)

    assert draws() == draws() == draws(batch=5)
    assert draws() != draws(epoch=2) and draws() != draws(seed=4)


@pytest.mark.parametrize("make", [decoder_task, network_task])
@pytest.mark.parametrize("batch", [5, 8, 23, 24, 100])
def test_as_many_steps_as_the_trainer_expects(make, batch, shard):
    task = make(shard, batch=batch)
    assert len(list(task.batches(1))) == task.steps_per_epoch


@pytest.mark.parametrize("make", [decoder_task, network_task])
def test_too_few_shapes_are_refused(make, shard, monkeypatch):
    monkeypatch.setattr(PartDataset, "__len__", lambda self: 1)
    with pytest.raises(InputError, match=r"1 training shape\(s\): a segmentation needs"):
        make(shard)


def test_too_thin_clouds_are_refused(shard):
    with pytest.raises(InputError, match="takes 100 points and the clouds have 48: lower"):
        network_task(shard, points=100)


def test_a_decoder_learns_parts_from_embedding_class_and_query(shard):
    task = decoder_task(shard)
    course = train(task, TrainSettings(60, 1e-2, 1e-2, "onecycle", 60), seed=1)
    assert course.best_score > 0.95
    figures = task.validate()
    assert figures["class_miou"] == course.best_score  # of the best model
    assert figures["class_miou"] == pytest.approx(figures["instance_miou"])  # classes of one size


def test_a_network_learns_parts_that_points_and_class_tell(shard):
    task = network_task(shard, points=20)
    course = train(task, TrainSettings(60, 1e-2, 1e-2, "onecycle", 60), seed=1)
    sticks = [
        (found == cloud.labels).mean()
        for cloud, found in predict_parts(task.predict, task.validation.clouds())
        if cloud.class_name != "ball"  # whose axis only the embedding tells
    ]
    assert np.mean(sticks) > 0.9 and course.history[-1]["loss"] < course.history[0]["loss"]


@pytest.mark.parametrize("kind", SEGMENTERS)
def test_the_published_networks_can_be_trained_and_asked(kind, shard):
    description = {
        "type": kind, "classes": PARTS.classes, "parts": len(PARTS), "points": 32, "neighbors": 4
    }  # fmt: skip
    task = network_task(shard, batch=12, points=32, model=build_segmenter(description))
    course = train(task, TrainSettings(2, 1e-3, 1e-2, "onecycle", 2), seed=1)
    assert 0 < course.best_score <= 1 and np.isfinite(course.history[-1]["loss"])


def test_validation_by_hand(shard):
    class AlwaysLow(PointNetwork):
        def forward(self, points, one_hot):
            return torch.tensor([0.0, 1, 0, 1, 0]).expand(*points.shape[:2], -1)

    ious = {"ball": [], "stick": [], "worm": []}
    for cloud in labelled(shard, "val").clouds():
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
