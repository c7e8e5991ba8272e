"""Medians of calls, and the name of the device."""

import torch

from inr2vec_core.utils import timing
from inr2vec_core.utils.timing import median_seconds, name_of

CPU = torch.device("cpu")


class Clock:
    """A clock that a call moves by the next of these seconds."""

    def __init__(self, monkeypatch, *seconds):
        self.now, self.seconds, self.calls = 0.0, list(seconds), 0
        monkeypatch.setattr(timing.time, "perf_counter", lambda: self.now)

    def call(self):
        self.now += self.seconds[min(self.calls, len(self.seconds) - 1)]
        self.calls += 1


def test_the_first_call_warms_up_and_the_median_counts(monkeypatch):
    clock = Clock(monkeypatch, 9, 1, 5, 2)
    assert median_seconds(clock.call, CPU, runs=3, budget=100) == (2, 3)
    assert clock.calls == 4


def test_slow_calls_are_fewer_and_never_none(monkeypatch):
    clock = Clock(monkeypatch, 4)
    assert median_seconds(clock.call, CPU, runs=7, budget=10) == (4, 2)
    assert median_seconds(clock.call, CPU, runs=7, budget=1) == (4, 1)


def test_a_processor_is_named_with_its_threads():
    name, _, threads = name_of(CPU).rpartition(", ")
    assert name == timing.processor() != ""
    assert threads == f"{torch.get_num_threads()} thread(s)"
