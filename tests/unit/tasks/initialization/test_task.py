"""Learning an init from shards of shapes: which shapes, which queries, how rounds count."""

import dataclasses

import numpy as np
import pytest
import torch

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.queries import QuerySampling, dequantize
from inr2vec_core.geometry.shapes import CloudShape, VoxelShape
from inr2vec_core.inrs.learned_init import LearnedInit
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import modality
from inr2vec_core.tasks.initialization import task as initialization
from inr2vec_core.tasks.initialization.task import InitSettings, InitTask
from inr2vec_core.training.trainer import TrainSettings, train
from inr2vec_core.utils.seeding import numpy_stream

SIREN, UDF = SirenConfig(8, 3), modality("udf")
SETTINGS = InitSettings(sgd_steps=2, queries=16, batch=2, buffer=64)
ROWS = [(f"s{k}", "bed", split) for k, split in enumerate(["train"] * 5 + ["val"] * 3 + ["test"])]


def points_of(shape_id):
    """A sphere whose radius is the shape's own."""
    directions = numpy_stream(1, shape_id).normal(size=(200, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return directions * (0.3 + 0.05 * int(shape_id[1:]))


@pytest.fixture
def made(make_shards):
    """A function that makes the task on rows, in one shard or more."""

    def of(*shards, **settings):
        _, shapes = make_shards(shards, lambda _: np.zeros(SIREN.n_parameters), points_of)
        return InitTask(
            LearnedInit(SIREN, UDF, 0), UDF, shapes, QuerySampling(),
            dataclasses.replace(SETTINGS, **settings), 0, torch.device("cpu"),
        )  # fmt: skip

    return of


def test_rounds_hold_labeled_queries_of_training_shapes(made):
    task, seen = made(ROWS[::2], ROWS[1::2]), []
    for queries in task.batches(1):
        assert queries.shape == (2, SETTINGS.sgd_steps + 1, 16, 4)
        for one in queries:
            coords, labels = dequantize(one)
            errors = {
                name: np.abs(UDF.label_queries(points_of(name), c.numpy()) - l.numpy()).max()
                for name, *_ in ROWS
                for c, l in [(coords.flatten(0, 1), labels.flatten())]
            }
            seen.append(min(errors, key=errors.get))
            assert errors[seen[-1]] < 1e-4
    assert len(set(seen)) == len(seen) == 4  # of five: the last would be a round of one
    assert set(seen) < {"s0", "s1", "s2", "s3", "s4"}


def test_the_queries_of_a_shape_differ_by_epoch(made):
    first, second = ({tuple(q) for b in made(ROWS).batches(e) for q in b.reshape(-1, 4).tolist()}
                     for e in (1, 2))  # fmt: skip
    assert len(first & second) < len(first) / 10


def test_more_queries_than_a_shape_has_are_refused(make_shards):
    def grid_of(shape_id):
        return VoxelShape(np.indices((4, 4, 4)).sum(0) < 5)

    _, shapes = make_shards([ROWS], lambda _: np.zeros(SIREN.n_parameters), grid_of)
    task = InitTask(
        LearnedInit(SIREN, modality("occ"), 0), modality("occ"), shapes, QuerySampling(),
        dataclasses.replace(SETTINGS, queries=22), 0, torch.device("cpu"),
    )  # fmt: skip
    with pytest.raises(InputError, match="read 66 queries, a shape has 64: lower inits"):
        list(task.batches(1))


def test_what_is_learned_does_not_depend_on_shards(made):
    learned = []
    for shards in ([ROWS], [ROWS[::2], ROWS[1::2]], [ROWS[5:], ROWS[:5]]):
        task = made(*shards)
        result = train(task, TrainSettings(epochs=2, lr=1e-3, weight_decay=0.0), 0)
        learned.append((task.model.state_dict(), result.best_score))
    for state, score in learned[1:]:
        assert score == learned[0][1]
        assert all(torch.equal(v, learned[0][0][k]) for k, v in state.items())


def test_an_epoch_of_many_shapes_ends_after_so_many_rounds(made, monkeypatch):
    monkeypatch.setattr(initialization, "ROUNDS", 1)
    task = made(ROWS)
    assert task.steps_per_epoch == len(list(task.batches(1))) == 1


@torch.no_grad()
def test_the_held_out_loss_is_the_mean_over_validation_shapes(made):
    task = made(ROWS)
    task.model.eval()
    found = task.validate()["held_out"]
    assert found == task.validate()["held_out"]
    losses = []
    for name in (name for name, _, split in ROWS if split == "val"):
        points = CloudShape(points_of(name).astype(np.float32))
        stream = numpy_stream(0, "validation", name)
        drawn = UDF.sample_queries(points, 3 * 16, QuerySampling(), stream)
        coords, labels = dequantize(torch.from_numpy(drawn).view(1, 3, 16, 4))
        losses.append(task.model(coords, labels).item())
    assert found == pytest.approx(np.mean(losses), rel=1e-5)


def test_a_training_lowers_it_and_leaves_both_weights_and_rates_changed(made):
    task = made(ROWS)
    task.model.eval()
    with torch.no_grad():
        before = task.validate()["held_out"]
    first = {k: v.clone() for k, v in task.model.state_dict().items()}
    result = train(task, TrainSettings(epochs=20, lr=1e-3, weight_decay=0.0, clip=1.0), 0)
    assert result.best_score < before
    assert not any(torch.equal(v, first[k]) for k, v in task.model.state_dict().items())


def test_without_training_shapes_it_says_so(made):
    with pytest.raises(InputError, match="no shape of the splits \\['train'\\]"):
        made([row for row in ROWS if row[2] != "train"])
