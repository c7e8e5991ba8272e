"""The trainer: resuming, the best model, the schedule, and what it refuses."""

import errno
import logging
import math
import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from inr2vec_core.errors import InputError
from inr2vec_core.training import trainer as training
from inr2vec_core.training.trainer import TrainSettings, train


class Killed(Exception):
    pass


class Toy:
    """Three steps an epoch on a small network whose dropout uses torch's own random stream."""

    steps_per_epoch = 3
    score, higher_is_better = "error", False

    def __init__(self, initial_seed=0, killed_in=None, scores=None):
        torch.manual_seed(initial_seed)
        self.model = nn.Sequential(
            nn.Linear(2, 6), nn.BatchNorm1d(6), nn.Dropout(0.5), nn.Linear(6, 1)
        )
        self.killed_in, self.scores = killed_in, scores
        self.validated = []  # the weights at each validation

    def batches(self, epoch):
        generator = torch.Generator().manual_seed(epoch)
        for step in range(self.steps_per_epoch):
            if epoch == self.killed_in and step == 1:
                raise Killed
            yield torch.rand(8, 2, generator=generator)

    def loss(self, x):
        return (self.model(x) - x.sum(1, keepdim=True)).square().mean()

    def validate(self):
        assert not self.model.training
        self.validated.append({k: v.clone() for k, v in self.model.state_dict().items()})
        if self.scores:
            return {"error": self.scores[len(self.validated) - 1]}
        x = torch.linspace(-1, 1, 20).view(10, 2)
        return {"error": float(self.loss(x))}


@pytest.fixture(autouse=True)
def checkpoint_each_epoch(monkeypatch):
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", -1)


@pytest.fixture
def checkpoint(tmp_path):
    return tmp_path / "state.pt"


def settings(epochs=6, schedule="constant", validate_every=2):
    return TrainSettings(
        epochs, lr=0.05, weight_decay=0.01, schedule=schedule, validate_every=validate_every
    )


def history(result):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in result.history]


def assert_same_weights(a, b):
    assert a.keys() == b.keys()
    for name in a:
        assert torch.equal(a[name], b[name]), name


# ---------------------------------------------------------------------------- resuming


@pytest.mark.parametrize("schedule", ["constant", "onecycle"])
@pytest.mark.parametrize("killed_in", [2, 4, 6])
def test_a_resumed_training_ends_as_an_uninterrupted_one(schedule, killed_in, checkpoint):
    whole = Toy()
    expected = train(whole, settings(schedule=schedule), seed=7)

    with pytest.raises(Killed):
        train(Toy(killed_in=killed_in), settings(schedule=schedule), 7, "", checkpoint, "key")
    assert checkpoint.exists()
    resumed = Toy(initial_seed=99)  # other initial weights: all must come from the checkpoint
    result = train(resumed, settings(schedule=schedule), 7, "", checkpoint, "key")

    assert_same_weights(resumed.model.state_dict(), whole.model.state_dict())
    assert history(result) == history(expected)
    assert (result.best_epoch, result.best_score) == (expected.best_epoch, expected.best_score)
    assert len(resumed.validated) == len(whole.validated) - (killed_in - 1) // 2


def test_the_checkpoint_is_removed_at_the_end(checkpoint):
    train(Toy(), settings(), 7, "", checkpoint, "key")
    assert not checkpoint.exists()


def test_no_checkpoint_before_its_time(checkpoint, monkeypatch):
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", 1e9)
    with pytest.raises(Killed):
        train(Toy(killed_in=4), settings(), 7, "", checkpoint, "key")
    assert not checkpoint.exists()


def test_a_checkpoint_of_other_settings_is_ignored(checkpoint):
    with pytest.raises(Killed):
        train(Toy(killed_in=4), settings(), 7, "", checkpoint, "old key")
    fresh = Toy()
    expected = train(fresh, settings(), 7)
    anew = Toy()
    result = train(anew, settings(), 7, "", checkpoint, "new key")
    assert history(result) == history(expected)
    assert_same_weights(anew.model.state_dict(), fresh.model.state_dict())


@pytest.mark.parametrize("content", [b"", b"no checkpoint", "half", "flipped"])
def test_a_spoilt_checkpoint_is_ignored_with_a_warning(content, checkpoint, caplog):
    with pytest.raises(Killed):
        train(Toy(killed_in=4), settings(), 7, "", checkpoint, "key")
    whole = checkpoint.read_bytes()
    if content == "half":
        content = whole[: len(whole) // 2]
    elif content == "flipped":  # in a weight
        place = whole.index(b"data/0") + 64
        content = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
    checkpoint.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        result = train(Toy(), settings(), 7, "", checkpoint, "key")
    assert "state.pt" in caplog.text and "training starts anew" in caplog.text
    assert [row["epoch"] for row in result.history] == [1, 2, 3, 4, 5, 6]


def test_a_checkpoint_that_may_be_whole_is_not_given_up(checkpoint, monkeypatch):
    with pytest.raises(Killed):
        train(Toy(killed_in=4), settings(), 7, "", checkpoint, "key")

    def fail(self):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(InputError, match=r"state\.pt cannot be read: the disk or the network"):
        train(Toy(), settings(), 7, "", checkpoint, "key")
    monkeypatch.undo()
    assert train(Toy(), settings(), 7, "", checkpoint, "key").epoch == 6


def test_a_full_disk_is_told_while_training(checkpoint, monkeypatch):
    def fail(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(InputError, match=r"state\.pt cannot be written: the disk of /\S* is full"):
        train(Toy(), settings(), 7, "", checkpoint, "key")
    assert list(checkpoint.parent.iterdir()) == []


# ---------------------------------------------------------------------------- the best model


@pytest.mark.parametrize(
    "higher, scores, best",
    [(False, [3.0, 1.0, 2.0], 2), (True, [3.0, 1.0, 2.0], 1), (True, [1.0, 2.0, 2.0], 3)],
)
def test_the_best_validations_weights_are_restored(higher, scores, best):
    task = Toy(scores=scores)
    task.higher_is_better = higher
    result = train(task, settings(3, validate_every=1), 7)
    assert (result.best_epoch, result.best_score) == (best, scores[best - 1])
    assert_same_weights(task.model.state_dict(), task.validated[best - 1])
    assert not task.model.training


def test_the_last_epochs_weights_are_selected_where_they_are_asked_for():
    task = Toy(scores=[1.0, 3.0, 2.0])
    result = train(task, replace(settings(3, validate_every=2), select="last"), 7)
    assert (result.best_epoch, result.best_score) == (3, 3.0)
    assert_same_weights(task.model.state_dict(), task.validated[-1])


def test_a_nan_score_is_never_the_best():
    task = Toy(scores=[math.nan, 5.0, math.nan])
    result = train(task, settings(3, validate_every=1), 7)
    assert (result.best_epoch, result.best_score) == (2, 5.0)


def test_weights_of_chosen_epochs_are_kept():
    task = Toy(scores=[1.0, 2.0, 3.0, 4.0])
    result = train(task, replace(settings(4, validate_every=1), keep=(2, 4, 9)), 7)
    assert list(result.kept) == [2, 4] and result.best_epoch == 1
    for epoch, state in result.kept.items():
        assert_same_weights(state, task.validated[epoch - 1])


def test_kept_weights_survive_a_kill(checkpoint):
    keeping = replace(settings(), keep=(2, 5))
    expected = train(Toy(), keeping, 7)
    with pytest.raises(Killed):
        train(Toy(killed_in=4), keeping, 7, "", checkpoint, "key")
    result = train(Toy(), keeping, 7, "", checkpoint, "key")
    assert list(result.kept) == [2, 5]
    for epoch in result.kept:
        assert_same_weights(result.kept[epoch], expected.kept[epoch])


def test_validation_every_few_epochs_and_after_the_last():
    result = train(Toy(), settings(5, validate_every=2), 7)
    assert [row["epoch"] for row in result.history if "error" in row] == [2, 4, 5]


# ---------------------------------------------------------------------------- loss and schedule


def test_training_learns():
    result = train(Toy(), settings(40), 7)
    first, last = result.history[1], result.history[-1]
    assert last["loss"] < 0.5 * result.history[0]["loss"]
    assert last["error"] < first["error"]


def test_the_loss_of_an_epoch_is_the_mean_of_its_steps(monkeypatch):
    task = Toy()
    losses = iter([1.0, 2.0, 6.0])
    monkeypatch.setattr(task, "loss", lambda x: task.model(x).sum() * 0 + next(losses))
    monkeypatch.setattr(task, "validate", lambda: {"error": 0.0})
    result = train(task, settings(1), 7)
    assert result.history[0]["loss"] == pytest.approx(3.0)


def test_a_nan_loss_stops_the_training():
    task = Toy()
    with torch.no_grad():
        task.model[0].weight[0, 0] = math.nan
    with pytest.raises(FloatingPointError, match="NaN in epoch 1: lower the learning rate"):
        train(task, settings(), 7)


def test_onecycle_ends_with_its_last_step(monkeypatch):
    made = []

    class Recorded(torch.optim.lr_scheduler.OneCycleLR):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            made.append(self)

    monkeypatch.setattr(torch.optim.lr_scheduler, "OneCycleLR", Recorded)
    result = train(Toy(), settings(10, "onecycle"), 7)
    rates = [row["lr"] for row in result.history]
    assert rates[0] == pytest.approx(0.05 / 25)
    assert max(rates) == pytest.approx(0.05, rel=0.05)
    assert made[0].get_last_lr()[0] == pytest.approx(0.05 / 25 / 1e4)


def test_each_epoch_has_a_random_stream_of_its_own():
    task, seen = Toy(), []
    plain = task.batches

    def recorded(epoch):
        seen.append((epoch, torch.rand(1).item()))
        return plain(epoch)

    task.batches = recorded
    for seed in (7, 7, 8):
        train(task, settings(2), seed)
    first, again, other = (dict(seen[k : k + 2]) for k in (0, 2, 4))
    assert first == again
    assert len({*first.values(), *other.values()}) == 4


def test_steps_are_those_of_adam_with_the_betas_asked_for(monkeypatch):
    task = Toy()
    task.steps_per_epoch = 2
    monkeypatch.setattr(task, "validate", lambda: {"error": 0.0})
    weight, slopes = nn.Parameter(torch.tensor([0.0])), iter([1.0, -3.0])
    task.model = nn.ParameterList([weight])
    monkeypatch.setattr(task, "loss", lambda x: weight.sum() * next(slopes))
    train(task, TrainSettings(1, lr=0.1, weight_decay=0, betas=(0.5, 0.9)), 7)
    # Means of (1, -3) and of (1, 9) so weighted, each divided by what its weights sum to.
    second = (0.25 - 1.5) / 0.75 / math.sqrt((0.09 + 0.9) / 0.19)
    assert weight.item() == pytest.approx(-0.1 * (1 + second), rel=1e-5)


def test_a_constant_rate_stays():
    assert {row["lr"] for row in train(Toy(), settings(), 7).history} == {0.05}


def test_steps_take_the_faster_products_and_validations_the_usual_ones(monkeypatch):
    monkeypatch.setattr("inr2vec_core.utils.float32_products.onednn_is_faster", lambda: True)
    seen = []

    class Watched(Toy):
        def loss(self, x):
            seen.append((self.model.training, torch.get_float32_matmul_precision()))
            return super().loss(x)

    train(Watched(), TrainSettings(epochs=1), seed=0)
    assert seen == [*[(True, "medium")] * 3, (False, "highest")]


@pytest.mark.parametrize(("clip", "moved"), [(None, 3.0), (5.0, 3.0), (0.5, 0.5)])
def test_gradients_are_scaled_down_to_the_norm_that_is_asked(clip, moved, monkeypatch):
    class Descent(torch.optim.SGD):
        def __init__(self, parameters, lr, betas, weight_decay, fused):
            super().__init__(parameters, lr=1.0)

    monkeypatch.setattr(torch.optim, "AdamW", Descent)

    class Sum(Toy):
        steps_per_epoch = 1

        def __init__(self):
            super().__init__()
            self.model = nn.Linear(9, 1, bias=False)

        def loss(self, x):
            return self.model.weight.sum()  # whose gradient has the norm 3

    task = Sum()
    before = task.model.weight.detach().clone()
    train(task, TrainSettings(epochs=1, clip=clip), seed=0)
    assert (task.model.weight - before).norm().item() == pytest.approx(moved, rel=1e-4)


def test_halving_halves_the_rate_after_each_quarter_of_the_epochs():
    history = train(Toy(), TrainSettings(8, lr=0.8, schedule="halving"), seed=0).history
    assert [round(row["lr"], 9) for row in history] == [0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 0.1, 0.1]


@pytest.mark.parametrize("schedule", ["constant", "halving", "onecycle"])
def test_a_task_says_which_parameters_learn_at_which_rate(schedule):
    class Grouped(Toy):
        def parameter_groups(self, lr):
            first, *_, last = self.model
            return [
                {"params": list(first.parameters()), "lr": 0.0},
                {"params": list(last.parameters()), "lr": 2 * lr},
            ]

    task = Grouped()
    before = {name: value.clone() for name, value in task.model.named_parameters()}
    train(task, TrainSettings(1, lr=1e-2, schedule=schedule, weight_decay=0), seed=0)
    moved = {n for n, value in task.model.named_parameters() if not torch.equal(value, before[n])}
    assert moved == {"3.weight", "3.bias"}
