"""Training the baselines, and their scores of shapes."""

import numpy as np
import pytest
import torch
from torch import nn

from inr2vec_core.baselines import task as task_module
from inr2vec_core.baselines.inputs import CloudInput, VoxelInput
from inr2vec_core.baselines.registry import build_classifier
from inr2vec_core.baselines.task import NetworkSettings, ShapeClassification, score_split, scores_of
from inr2vec_core.errors import InputError
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import shape_columns
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.training import precision as precision_module
from inr2vec_core.training import trainer
from inr2vec_core.training.trainer import TrainSettings, train

CPU = torch.device("cpu")
POINTS = 64
CLASSES = ["ball", "stick"]
OF_CLOUDS = ["pointnet", "pointnet2", "dgcnn"]


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def description(kind, classes=CLASSES):
    return {
        "type": kind, "classes": list(classes), "points": POINTS, "neighbors": 4,
    }  # fmt: skip


def built(kind, seed=0, **changes):
    torch.manual_seed(seed)
    return build_classifier(description(kind, **changes))


# ---------------------------------------------------------------------------- a data set


def cloud_of(shape_id):
    """Points on a sphere, or close to a line along z."""
    class_name, number = shape_id.split("/")
    points = np.random.default_rng(int(number)).standard_normal((POINTS, 3))
    if class_name == "stick":
        points *= [0.05, 0.05, 1]
    scale = np.linalg.norm(points, axis=1, keepdims=True)
    return CloudShape((points / (scale if class_name == "ball" else scale.max())).astype("f4"))


@pytest.fixture
def shard(tmp_path):
    """16 training and 8 validation shapes; every fourth is followed by an augmented copy."""
    rows = []
    for k in range(24):
        split = "train" if k < 16 else "val"
        rows.append((f"{CLASSES[k % 2]}/{k}", CLASSES[k % 2], split, 0))
        if k % 4 == 0:
            rows.append((f"{CLASSES[k % 2]}/{k + 100}", CLASSES[k % 2], split, 1))
    ids, names, splits, copies = map(list, zip(*rows, strict=True))
    path = tmp_path / "shard.h5"
    columns = {"shape_id": ids, "class": names, "split": splits, "augmentation": np.array(copies)}
    write_shard(path, columns | shape_columns([cloud_of(i) for i in ids], CloudShape))
    return path


def split_of(shard, split, copies=False):
    return ShardedShapes([shard], [shard], [split], copies=copies)


def made_task(shard, model, inputs=None, classes=CLASSES, precision="float32", batch=8):
    return ShapeClassification(
        model, inputs or CloudInput(POINTS), split_of(shard, "train"), split_of(shard, "val"),
        classes, NetworkSettings(batch, 64, precision), 3, CPU,
    )  # fmt: skip


def number(shape_id):
    return int(shape_id.split("/")[1])


def test_augmented_copies_are_left_out(shard):
    assert len(split_of(shard, "train", copies=True)) == 16 + 4
    originals = split_of(shard, "train")
    assert [number(i) for i in originals.shape_id] == list(range(16))
    for shape_id, shape in zip(
        originals.shape_id, originals.read(np.arange(16), ["shapes"])["shapes"], strict=True
    ):
        np.testing.assert_array_equal(shape.points, cloud_of(shape_id).points)


def test_all_shapes_are_kept_where_the_shards_tell_of_no_copies(make_shards):
    rows = [("ball/1", "ball", "train"), ("stick/2", "stick", "train")]
    _, files = make_shards([rows], lambda i: np.zeros(2), cloud_of)
    assert ShardedShapes(files, files, copies=False).shape_id == ["ball/1", "stick/2"]


# ---------------------------------------------------------------------------- batches


class Plain(CloudInput):
    """Clouds as they are."""

    def augmented(self, shape_id, shape, rng):
        return shape.points


@pytest.mark.parametrize("augment", [True, False])
def test_the_settings_switch_augmentation(augment, shard):
    def task(**changes):
        train, val = split_of(shard, "train"), split_of(shard, "val")
        settings = NetworkSettings(8, 64, **changes)
        return ShapeClassification(
            built("pointnet"), CloudInput(POINTS), train, val, CLASSES, settings, 3, CPU
        )

    batches = list(task(augment=augment).batches(1))
    found = {tuple(sorted(map(tuple, view.tolist()))) for views, _ in batches for view in views}
    as_they_are = {
        tuple(sorted(map(tuple, cloud_of(i).points.tolist())))
        for i in split_of(shard, "train").shape_id
    }
    assert len(found & as_they_are) == (0 if augment else 16)
    if augment:
        for (views, _), (by_default, _) in zip(batches, task().batches(1), strict=True):
            assert torch.equal(views, by_default)


class Recording(nn.Module):
    """Keeps the class numbers that it is trained with."""

    def loss(self, views, labels):
        self.labels = labels
        return views.sum()


def test_batches_hold_every_shape_once_with_its_class(shard):
    task = made_task(shard, nn.Identity(), Plain(POINTS))
    batches = list(task.batches(1))
    assert len(batches) == task.steps_per_epoch == 2
    of_cloud = {cloud_of(i).points.tobytes(): i for i in task.data.shape_id}
    ids = [of_cloud[view.numpy().tobytes()] for views, _ in batches for view in views]
    assert sorted(ids) == sorted(task.data.shape_id)
    names = [name for _, names in batches for name in names]
    assert names == [shape_id.split("/")[0] for shape_id in ids]


@pytest.mark.parametrize("classes", [["ball", "stick"], ["stick", "lamp", "ball"]])
def test_classes_are_numbered_in_the_order_of_the_logits(classes, shard):
    task = made_task(shard, Recording(), classes=classes)
    for batch in task.batches(1):
        task.loss(batch)
        assert [classes[label] for label in task.model.labels] == list(batch[1])


def test_augmented_batches_depend_on_seed_and_epoch_alone(shard):
    def views(epoch, seed=3):
        task = made_task(shard, nn.Identity())
        task.seed = seed
        return torch.cat([views for views, _ in task.batches(epoch)])

    assert torch.equal(views(1), views(1))
    assert not torch.equal(views(1).sort(0).values, views(2).sort(0).values)
    assert not torch.equal(views(1).sort(0).values, views(1, seed=4).sort(0).values)


def test_too_thin_clouds_stop_the_training_with_a_shapes_name(shard):
    task = made_task(shard, nn.Identity(), CloudInput(100))
    with pytest.raises(InputError, match=r"(ball|stick)/\d+: the network takes 100 points"):
        next(iter(task.batches(1)))
    with pytest.raises(InputError, match=r"ball/16: the network takes 100 points"):
        task.validate()


def test_shapes_of_another_form_than_the_network_reads_are_refused(shard):
    with pytest.raises(
        InputError, match="the network reads VoxelShapes and the data set has CloudShapes"
    ):
        made_task(shard, nn.Identity(), VoxelInput())


# ---------------------------------------------------------------------------- training


class Killed(Exception):
    pass


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "CHECKPOINT_EVERY", -1)
    return tmp_path / "state.pt"


def settings(epochs):
    return TrainSettings(epochs, lr=5e-4, schedule="onecycle", validate_every=2)


@pytest.mark.parametrize("kind", OF_CLOUDS)
def test_separable_classes_are_learned_perfectly(kind, shard):
    model = built(kind)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.momentum = 0.5  # running figures that keep up with so few steps
    result = train(made_task(shard, model, CloudInput(32)), settings(8), seed=1)
    assert result.best_score == 1.0
    first, last = result.history[0], result.history[-1]
    assert last["loss"] < first["loss"] and last["val_loss"] < 0.5


def test_a_resumed_training_ends_as_an_uninterrupted_one(shard, checkpoint):
    def new_task(seed=0):
        return made_task(shard, built("pointnet", seed), CloudInput(32))

    whole, killed, resumed = new_task(), new_task(), new_task(99)
    expected = train(whole, settings(4), 1)
    batches = killed.batches

    def until_killed(epoch):
        for step, batch in enumerate(batches(epoch)):
            if (epoch, step) == (3, 1):
                raise Killed
            yield batch

    killed.batches = until_killed
    with pytest.raises(Killed):
        train(killed, settings(4), 1, "", checkpoint, "key")
    assert checkpoint.exists()
    result = train(resumed, settings(4), 1, "", checkpoint, "key")

    rows = [
        [{k: v for k, v in row.items() if k != "seconds"} for row in c.history]
        for c in (result, expected)
    ]
    assert rows[0] == rows[1]
    weights = whole.model.state_dict()
    for name, value in resumed.model.state_dict().items():
        assert torch.equal(value, weights[name]), name


class Watching(nn.Module):
    """Keeps whether each call was in mixed precision."""

    def __init__(self):
        super().__init__()
        self.mixed = []

    def forward(self, views):
        self.mixed.append(torch.is_autocast_enabled("cpu"))
        return views[:, 0, :2]

    def loss(self, views, labels):
        return self(views).sum()


@pytest.mark.parametrize(
    "precision, has, mixed",
    [("float32", True, False), ("bfloat16", True, True), ("bfloat16", False, False)],
)
def test_precision_is_mixed_where_asked_for_and_the_device_has_it(
    precision, has, mixed, shard, monkeypatch
):
    monkeypatch.setattr(precision_module, "has_bfloat16", lambda device: has)
    task = made_task(shard, Watching(), precision=precision)
    task.loss(next(iter(task.batches(1))))
    task.validate()
    score_split(task.model, task.inputs, task.validation, 0, CPU)  # never where it is tested
    assert task.model.mixed == [mixed, mixed, False]


class Constant(nn.Module):
    """The same logits for every view."""

    def forward(self, views):
        return torch.tensor([2.0, 0.0]).expand(len(views), 2)


def test_validation_by_hand(shard):
    figures = made_task(shard, Constant()).validate()
    right, wrong = torch.tensor([2.0, 0.0]).log_softmax(0)
    assert figures == {"accuracy": 0.5, "val_loss": pytest.approx(-(right + wrong).item() / 2)}


# ---------------------------------------------------------------------------- scores


def scored(model, ids, inputs=None, seed=0, precision="float32"):
    return scores_of(
        model, inputs or CloudInput(20), ids, [cloud_of(i) for i in ids], seed, CPU, precision
    )


@pytest.mark.parametrize("kind", OF_CLOUDS)
def test_scores_sum_to_one_and_do_not_depend_on_other_shapes_of_the_batch(kind, monkeypatch):
    monkeypatch.setattr(precision_module, "has_bfloat16", lambda device: True)
    model = built(kind, classes="abc")
    ids = [f"{CLASSES[k % 2]}/{k}" for k in range(5)]
    model(random(8, 20, 3))  # running figures that are not the first ones
    scores = scored(model, ids)
    assert scores.shape == (5, 3) and (scores > 0).all()
    torch.testing.assert_close(scores.sum(1), torch.ones(5))
    torch.testing.assert_close(scored(model, ids[3:]), scores[3:], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(scored(model, ids[::-1]).flip(0), scores, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(scored(model, ids, precision="bfloat16"), scores, rtol=0, atol=0.1)


def test_scores_are_taken_in_evaluation_mode_and_without_gradients():
    model = built("pointnet").train()
    figures = {k: v.clone() for k, v in model.state_dict().items()}
    assert not scored(model, ["ball/0", "stick/1"]).requires_grad
    assert not model.training
    for name, value in model.state_dict().items():
        assert torch.equal(value, figures[name]), name


class FirstPoint(nn.Module):
    """Logits that tell which point of a cloud came first."""

    def forward(self, views):
        return views[:, 0]


def test_which_points_are_looked_at_depends_on_seed_and_shape_alone():
    model = FirstPoint()
    first = scored(model, ["ball/0", "ball/2"])
    assert torch.equal(scored(model, ["ball/2", "ball/0"]).flip(0), first)
    assert not torch.equal(scored(model, ["ball/0", "ball/2"], seed=1), first)


class ThreeViews(CloudInput):
    n_views = 3

    def views(self, shape_id, shape, rng):
        return np.array([[[k, 0, number(shape_id)]] for k in range(3)], np.float32)


@pytest.mark.parametrize("chunk", [1, 2, 64])
def test_scores_are_the_mean_of_the_views_probabilities(chunk, monkeypatch):
    monkeypatch.setattr(task_module, "CHUNK", chunk)
    scores = scored(FirstPoint(), ["ball/0", "ball/2"], ThreeViews(1))
    logits = torch.tensor([[[k, 0, name] for k in range(3)] for name in (0.0, 2.0)])
    torch.testing.assert_close(scores, logits.softmax(2).mean(1))


def test_a_splits_scores_are_in_stored_order(shard, monkeypatch):
    data, model = split_of(shard, "train"), FirstPoint()
    monkeypatch.setattr(task_module, "CHUNK", 5)
    found = score_split(model, CloudInput(20), data, 7, CPU)
    np.testing.assert_allclose(
        np.array(found), scored(model, data.shape_id, seed=7).numpy(), rtol=1e-6
    )
