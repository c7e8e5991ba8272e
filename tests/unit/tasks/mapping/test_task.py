"""Embeddings mapped from one data set's space to another's."""

import numpy as np
import pandas as pd
import pytest
import torch

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.modalities import modality
from inr2vec_core.models.transfer import TransferNetwork, build_transfer
from inr2vec_core.reconstruction.evaluate import FAILED
from inr2vec_core.tasks.mapping.pairs import Pairs, originals, share_a_frame
from inr2vec_core.tasks.mapping.poisson import poisson_surface
from inr2vec_core.tasks.mapping.task import MappingSettings, TransferTask, validation_rows
from inr2vec_core.training.trainer import TrainSettings, train

SPLITS = ["train"] * 24 + ["val"] * 6 + ["test"] * 6


def labelled(ids, splits, x):
    return EmbeddingSet.of(ids, ["chair"] * len(ids), splits, np.asarray(x, np.float32))


def complete_ids(n=36):
    return [f"chair/{k:02d}" for k in range(n)]


def linear_pairs(seed=0, e=6, f=4):
    """Targets that are a linear map of the sources."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(36, e))
    y = x @ rng.normal(size=(e, f))
    ids = complete_ids()
    return Pairs.match(labelled([f"{i}~00" for i in ids], SPLITS, x), labelled(ids, SPLITS, y))


def test_the_papers_network():
    net = TransferNetwork(1024, 1024)
    linear = [m for m in net.net if isinstance(m, torch.nn.Linear)]
    assert [m.weight.shape for m in linear] == [(1024, 1024)] * 8
    kinds = [type(m).__name__ for m in net.net]
    assert kinds == ["Linear", "BatchNorm1d", "ReLU"] * 7 + ["Linear"]
    small = build_transfer({"source": 3, "target": 5, "hidden": 7, "layers": 2})
    assert small(torch.zeros(4, 3)).shape == (4, 5)


def test_views_are_matched_with_their_complete_shape():
    target = labelled(["b", "a", "c"], ["train", "test", "val"], [[2], [1], [3]])
    names, splits = ["a~00", "a~01", "b~10", "c~0", "d~0"], ["test", "test", "train", "val", "val"]
    source = labelled(names, splits, [[10], [11], [20], [30], [40]])
    pairs = Pairs.match(source, target)
    assert pairs.target_id == ["a", "a", "b", "c"]
    assert pairs.y[:, 0].tolist() == [1, 1, 2, 3] and pairs.x[:, 0].tolist() == [10, 11, 20, 30]
    assert pairs.unmatched == ("d~0",) and pairs.split.tolist() == ["test", "test", "train", "val"]


def test_unmatched_shapes_of_both_sides_are_told(caplog):
    pairs = linear_pairs()
    assert pairs.unmatched == ()
    ids = complete_ids()
    x = np.zeros((36, 1))
    target = labelled([*ids[:35], "other"], SPLITS, x)
    pairs = Pairs.match(labelled(ids, SPLITS, x), target)
    assert set(pairs.unmatched) == {ids[35], "other"} and len(pairs.x) == 35
    pairs.report("completion")
    assert "completion: 2 shape(s) have no counterpart" in caplog.text


def test_augmented_copies_are_no_part_of_a_mapping():
    data = labelled(
        ["a", "a@1", "b", "b@1"], ["train", "train", "val", "val"], [[1], [2], [3], [4]]
    )
    manifest = pd.DataFrame({"shape_id": ["b", "a@1", "a", "b@1"], "augmentation": [0, 1, 0, 2]})
    kept = originals(data, manifest)
    assert kept.shape_id == ["a", "b"] and kept.split.tolist() == ["train", "val"]
    assert kept.x[:, 0].tolist() == [1, 3] and kept.labels.tolist() == [0, 0]
    assert kept.classes == data.classes


def test_pairs_that_cannot_be_learnt_from_are_refused():
    ids, x = complete_ids(), np.zeros((36, 1))
    source = labelled(ids, SPLITS, x)
    with pytest.raises(InputError, match="must have the same shapes' ids"):
        Pairs.match(source, labelled([f"x{i}" for i in ids], SPLITS, x))
    with pytest.raises(InputError, match="both data sets must be split alike"):
        Pairs.match(source, labelled(ids, SPLITS[::-1], x))
    with pytest.raises(InputError, match="no pair of shapes of the val split"):
        Pairs.match(labelled(ids[:24], SPLITS[:24], x[:24]), labelled(ids, SPLITS, x))


def manifest(ids, centre=0.0, scale=1.0):
    columns = {"center_x": centre, "center_y": 0.0, "center_z": 0.0, "scale": scale}
    return pd.DataFrame({"shape_id": ids} | columns)


def test_frames_are_shared_where_centres_and_scales_agree():
    pairs, ids = linear_pairs(), complete_ids()
    views = [f"{i}~00" for i in ids]
    assert share_a_frame(pairs, manifest(views), manifest(ids[::-1]))
    assert share_a_frame(pairs, manifest(views, 1e-5), manifest(ids))
    assert not share_a_frame(pairs, manifest(views, 0.01), manifest(ids))
    assert not share_a_frame(pairs, manifest(views, scale=0.99), manifest(ids))
    assert not share_a_frame(pairs, manifest(views, scale=np.nan), manifest(ids))


class Ball(torch.nn.Module):
    """Decodes a ball whose radius is the embedding's first number."""

    modality = modality("udf")

    def decoded(self, embedding):
        return lambda points: (points.norm(dim=1) - embedding[0].abs()).abs()


def sphere(radius, n=400):
    points = np.random.default_rng(0).normal(size=(n, 3))
    return CloudShape((radius * points / np.linalg.norm(points, axis=1, keepdims=True)).astype("f"))


def task_of(pairs, batch=8, seed=0):
    rows = validation_rows(pairs, 3, 0)
    shapes = [sphere(abs(float(pairs.y[i, 0]))) for i in rows]
    torch.manual_seed(seed)
    net = TransferNetwork(pairs.x.shape[1], pairs.y.shape[1], 32, 3)
    settings = MappingSettings(batch=batch, validation_points=200)
    return TransferTask(net, pairs, Ball(), (rows, shapes), settings, 0, torch.device("cpu"))


def radii(pairs):
    """The same pairs with targets that are radii of balls."""
    return Pairs(**vars(pairs) | {"y": 0.5 + 0.3 * np.tanh(pairs.y)})


def test_a_map_is_learnt_and_its_shapes_come_near():
    task = task_of(radii(linear_pairs()))
    task.model.eval()
    with torch.no_grad():
        before = task.validate()
    course = train(task, TrainSettings(epochs=60, lr=1e-2, validate_every=10), 0)
    last = course.history[course.best_epoch - 1]
    assert last["mse"] < 0.3 * before["mse"]
    assert last["chamfer"] < 0.5 * before["chamfer"] and last["failed"] == 0


def test_batches_have_every_training_pair_once():
    task = task_of(linear_pairs(), batch=5)
    rows = torch.cat(list(task.batches(1)))
    assert sorted(rows.tolist()) == list(range(24)) and task.steps_per_epoch == 5
    assert rows.tolist() != torch.cat(list(task.batches(2))).tolist()
    assert rows.tolist() == torch.cat(list(task.batches(1))).tolist()
    one_left = task_of(linear_pairs(), batch=23)
    assert [len(b) for b in one_left.batches(1)] == [23] and one_left.steps_per_epoch == 1


def test_an_embedding_without_surface_counts_as_failed():
    pairs = linear_pairs()
    task = task_of(Pairs(**vars(pairs) | {"y": np.full_like(pairs.y, 50.0)}))
    task._validation = (task._validation[0], [sphere(0.5)] * 3)
    with torch.no_grad():
        task.model.eval()
        for p in task.model.parameters():
            p.fill_(10.0)
        found = task.validate()
    assert found["chamfer"] == FAILED and found["failed"] == 1


def test_poisson_reconstructs_a_ball():
    mesh = poisson_surface(sphere(0.8, 1500))
    radius = np.linalg.norm(mesh.vertices, axis=1)
    assert np.abs(radius - 0.8).mean() < 0.01
    assert len(mesh.faces) > 500


def test_poisson_needs_more_than_a_few_points():
    with pytest.raises(BadShape, match="20 points are too few"):
        poisson_surface(sphere(0.8, 20))
