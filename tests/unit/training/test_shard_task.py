"""What the trainings on shards share."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from inr2vec_core.training import precision
from inr2vec_core.training.shard_task import ShardTask

CPU = torch.device("cpu")


class Data:
    """Two batches of one number each; keeps what it was asked for."""

    def n_batches(self, batch):
        return 10 * batch

    def shuffled(self, *asked):
        self.asked = asked
        return iter([1.0, 2.0])


class Doubles(ShardTask):
    columns, stream = ("weights",), ("doubles",)

    def inputs_of(self, batch, epoch):
        return torch.tensor([2 * batch]), torch.tensor(epoch)


def task(kind=Doubles, asked="float32"):
    settings = SimpleNamespace(batch=4, buffer=64, precision=asked)
    return kind(nn.Linear(1, 1), Data(), "validation", settings, 3, CPU)


def test_batches_are_prepared_from_shuffled_rows():
    made = task()
    assert [(x.item(), epoch.item()) for x, epoch in made.batches(7)] == [(2.0, 7), (4.0, 7)]
    assert made.data.asked == (4, ("weights",), 64, 3, "doubles", 7)
    assert made.steps_per_epoch == 40 and made.validation == "validation"


def test_an_error_in_the_thread_is_raised():
    with pytest.raises(NotImplementedError):
        list(task(ShardTask).batches(1))


@pytest.mark.parametrize("asked, mixed", [("float32", False), ("bfloat16", True)])
def test_precision_is_that_of_the_settings(asked, mixed, monkeypatch):
    monkeypatch.setattr(precision, "has_bfloat16", lambda device: True)
    with task(asked=asked).autocast():
        assert torch.is_autocast_enabled("cpu") is mixed
