"""Learning a start from shards of shapes: which shapes, which queries, how rounds count."""

import dataclasses

import numpy as np
import pytest
import torch

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.queries import QuerySampling, dequantize
from inr2vec_core.inrs.learned_start import LearnedStart
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import modality
from inr2vec_core.tasks.initialization import task as initialization
from inr2vec_core.tasks.initialization.task import StartSettings, StartTask
from inr2vec_core.training.trainer import TrainSettings, train
from inr2vec_core.utils.seeding import numpy_stream

SIREN, UDF = SirenConfig(8, 3), modality("udf")
SETTINGS = StartSettings(sgd_steps=2, queries=16, batch=2, buffer=64)
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
        return StartTask(
            LearnedStart(SIREN, UDF, 0), UDF, shapes, QuerySampling(),
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


def test_queries_depend_on_seed_shape_and_epoch_and_not_on_shards(made):
    one, two = made(ROWS), made(ROWS[::2], ROWS[1::2])
    shape = one.data.read(np.array([0]), ("shapes",))["shapes"]
    draws = [
        task._queries(["s0"], shape, "start queries", epoch)
        for task, epoch in ((one, 1), (two, 1), (one, 2))
    ]
    assert torch.equal(draws[0], draws[1]) and not torch.equal(draws[0], draws[2])


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


def test_the_held_out_loss_is_the_mean_over_validation_shapes(made):
    task = made(ROWS)
    task.model.eval()
    with torch.no_grad():
        found = task.validate()["held_out"]
    shapes = [(name, split) for name, _, split in ROWS if split == "val"]
    losses = []
    for name, _ in shapes:
        row = task.validation.shape_id.index(name)
        shape = task.validation.read(np.array([row]), ("shapes",))["shapes"]
        losses.append(float(task.loss(task._queries([name], shape, "validation"))))
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
