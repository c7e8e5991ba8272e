"""The trainer: resuming, the best model, the schedule, and what it refuses."""

import logging
import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from inr2vec_core.training import trainer as training
from inr2vec_core.training.convergence import (
    ConvergenceCheck,
    convergence_of_accuracy,
    convergence_of_distance,
    convergence_of_mean,
)
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


def history(course):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in course.history]


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
    course = train(resumed, settings(schedule=schedule), 7, "", checkpoint, "key")

    assert_same_weights(resumed.model.state_dict(), whole.model.state_dict())
    assert history(course) == history(expected)
    assert (course.best_epoch, course.best_score) == (expected.best_epoch, expected.best_score)
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
    course = train(anew, settings(), 7, "", checkpoint, "new key")
    assert history(course) == history(expected)
    assert_same_weights(anew.model.state_dict(), fresh.model.state_dict())


@pytest.mark.parametrize("content", [b"", b"no checkpoint", None])
def test_a_spoilt_checkpoint_is_ignored_with_a_warning(content, checkpoint, caplog):
    with pytest.raises(Killed):
        train(Toy(killed_in=4), settings(), 7, "", checkpoint, "key")
    whole = checkpoint.read_bytes()
    checkpoint.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with caplog.at_level(logging.WARNING):
        course = train(Toy(), settings(), 7, "", checkpoint, "key")
    assert "state.pt cannot be read" in caplog.text and "starts anew" in caplog.text
    assert [row["epoch"] for row in course.history] == [1, 2, 3, 4, 5, 6]


# ---------------------------------------------------------------------------- the best model


@pytest.mark.parametrize(
    "higher, scores, best",
    [(False, [3.0, 1.0, 2.0], 2), (True, [3.0, 1.0, 2.0], 1), (True, [1.0, 2.0, 2.0], 3)],
)
def test_the_best_validations_weights_are_restored(higher, scores, best):
    task = Toy(scores=scores)
    task.higher_is_better = higher
    course = train(task, settings(3, validate_every=1), 7)
    assert (course.best_epoch, course.best_score) == (best, scores[best - 1])
    assert_same_weights(task.model.state_dict(), task.validated[best - 1])
    assert not task.model.training


def test_a_nan_score_is_never_the_best():
    task = Toy(scores=[math.nan, 5.0, math.nan])
    course = train(task, settings(3, validate_every=1), 7)
    assert (course.best_epoch, course.best_score) == (2, 5.0)


def test_weights_of_chosen_epochs_are_kept():
    task = Toy(scores=[1.0, 2.0, 3.0, 4.0])
    course = train(task, replace(settings(4, validate_every=1), keep=(2, 4, 9)), 7)
    assert list(course.kept) == [2, 4] and course.best_epoch == 1
    for epoch, state in course.kept.items():
        assert_same_weights(state, task.validated[epoch - 1])


def test_kept_weights_survive_a_kill(checkpoint):
    keeping = replace(settings(), keep=(2, 5))
    expected = train(Toy(), keeping, 7)
    with pytest.raises(Killed):
        train(Toy(killed_in=4), keeping, 7, "", checkpoint, "key")
    course = train(Toy(), keeping, 7, "", checkpoint, "key")
    assert list(course.kept) == [2, 5]
    for epoch in course.kept:
        assert_same_weights(course.kept[epoch], expected.kept[epoch])


def test_validation_every_few_epochs_and_after_the_last():
    course = train(Toy(), settings(5, validate_every=2), 7)
    assert [row["epoch"] for row in course.history if "error" in row] == [2, 4, 5]


# ---------------------------------------------------------------------------- the course


def test_training_learns():
    course = train(Toy(), settings(40), 7)
    first, last = course.history[1], course.history[-1]
    assert last["loss"] < 0.5 * course.history[0]["loss"]
    assert last["error"] < first["error"]


def test_the_loss_of_an_epoch_is_the_mean_of_its_steps(monkeypatch):
    task = Toy()
    losses = iter([1.0, 2.0, 6.0])
    monkeypatch.setattr(task, "loss", lambda x: task.model(x).sum() * 0 + next(losses))
    monkeypatch.setattr(task, "validate", lambda: {"error": 0.0})
    course = train(task, settings(1), 7)
    assert course.history[0]["loss"] == pytest.approx(3.0)


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
    course = train(Toy(), settings(10, "onecycle"), 7)
    rates = [row["lr"] for row in course.history]
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


# ---------------------------------------------------------------------------- flatness


def curve(*scores, every=1):
    """History rows with these scores, and rows that were not validated between them."""
    rows = []
    for score in scores:
        rows += [{"loss": 1.0} for _ in range(every - 1)] + [{"loss": 1.0, "accuracy": score}]
    return [row | {"epoch": epoch} for epoch, row in enumerate(rows, 1)]


def flat(*scores, n=10_000, every=1):
    return convergence_of_accuracy(curve(*scores, every=every), "accuracy", n)


def test_a_constant_curve_is_flat():
    found = flat(*[0.7] * 40)
    assert found.gain == pytest.approx(0) and found.flat


def test_a_curve_that_rises_to_its_end_is_not_flat():
    found = flat(*[k / 80 for k in range(80)])
    # Ten epochs in each half of the last quarter, each an eightieth above the one before.
    assert found.gain == pytest.approx(10 / 80)
    assert not found.flat


def test_what_happened_before_the_last_quarter_does_not_count():
    risen = [0.1 + 0.02 * k for k in range(24)]
    assert flat(*risen, *[0.9] * 8).gain == pytest.approx(0)
    assert flat(*risen, *[0.5] * 4, *[0.8] * 4).gain == pytest.approx(0.3)
    assert flat(*risen, 0.2, 0.3, 0.6, 0.7, 0.8, 0.6, 0.8, 0.8).gain == pytest.approx(0.3)


def test_a_single_shape_is_no_gain():
    risen = [59 / 60] * 7
    assert flat(*risen, 60 / 60, n=60).flat
    assert not flat(*[58 / 60] * 7, 60 / 60, n=60).flat


def test_a_falling_curve_needed_no_more_epochs():
    found = flat(*[0.9 - 0.01 * k for k in range(40)])
    assert found.gain == pytest.approx(-0.05) and found.flat


@pytest.mark.parametrize("number", [1, 2, 7])
def test_too_few_validations_tell_nothing(number, caplog):
    found = flat(*[0.5] * number)
    assert found.flat is None
    found.report("dgcnn on chairs")
    assert "dgcnn on chairs: fewer than 8 validations cannot tell" in caplog.text
    assert flat(*[0.5] * 8).flat


def test_epochs_without_validation_do_not_count():
    scores = [0.3] * 12 + [0.5, 0.7, 0.8, 0.9]
    found = flat(*scores, every=5)
    assert found == flat(*scores)
    assert found.gain == pytest.approx(0.85 - 0.6)


def test_gains_within_the_standard_error_of_an_accuracy_are_noise():
    # Of 100 shapes at 0.8: sqrt(0.8 * 0.2 / 100) = 0.04.
    assert flat(*[0.5] * 7, 0.8, n=100).allowed == pytest.approx(0.04)
    assert flat(*[0.77] * 7, 0.8, n=100).flat
    assert not flat(*[0.75] * 7, 0.8, n=100).flat
    assert not flat(*[0.77] * 7, 0.8, n=1000).flat


def test_gains_below_a_point_never_count():
    assert flat(*[0.4] * 7, 0.5, n=10**8).allowed == 0.01
    assert flat(*[0.491] * 7, 0.5, n=10**8).flat
    assert not flat(*[0.485] * 7, 0.5, n=10**8).flat
    assert flat(*[0.5] * 7, 1.0, n=1000).allowed == 0.01  # a perfect score has no error
    assert convergence_of_accuracy(curve(*[0.4] * 7, 0.5), "accuracy", 10**8, least=0.2).flat


@pytest.mark.parametrize("gain, warns", [(-0.3, False), (0.0, False), (0.02, False), (0.05, True)])
def test_only_a_curve_that_still_rises_is_warned_of(gain, warns, caplog):
    with caplog.at_level(logging.INFO):
        ConvergenceCheck(gain, 0.02).report("dgcnn on chairs")
    (record,) = caplog.records
    assert record.levelno == (logging.WARNING if warns else logging.INFO)
    verdict = "improves" if warns else "is flat"
    assert f"dgcnn on chairs: the validation curve {verdict}" in record.getMessage()
    assert f"by {100 * gain:.1f} (up to 2.0 is noise)" in record.getMessage()


def test_a_distance_that_falls_to_its_end_is_not_flat():
    def of(*distances):
        rows = [{"epoch": k, "chamfer": distance} for k, distance in enumerate(distances)]
        return convergence_of_distance(rows, "chamfer")

    assert not of(*[1 / (k + 1) for k in range(16)]).flat
    assert of(*[1 / (k + 1) for k in range(12)], *[0.08] * 4).flat
    assert of(*[0.5] * 7, 0.4).gain == pytest.approx(0.2)
    assert of(*[0.4] * 7, 0.5).flat


def test_a_mean_may_rise_by_its_standard_error():
    def flat(error):
        rows = [{"miou": 0.5, "error": error}] * 7 + [{"miou": 0.53, "error": error}]
        return convergence_of_mean(rows, "miou", "error").flat

    assert flat(0.04) and not flat(0.02) and not flat(0.0)
    assert convergence_of_mean([{"miou": 0.5, "error": 0.1}] * 7, "miou", "error").flat is None
