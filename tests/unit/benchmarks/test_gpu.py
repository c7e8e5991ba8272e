"""The GPU's benchmark: a step that fails or hangs loses nothing, and what its parts compute."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from gpu_steps import guard
from gpu_steps.context import SKIPPED, Case, Context, run_cases
from gpu_steps.fits import DEPTH, AutogradFit, LibraryFit, Queries, VmapFit, start
from gpu_steps.guard import guarded
from gpu_steps.packed import made_clouds, read_packed, write_packed
from gpu_steps.products import narrow_backward, narrow_both
from gpu_steps.report import table

from inr2vec_core.inrs.siren_config import SirenConfig


def fine():
    yield {"a": 1, "b": float("nan")}


def raises_after_a_row():
    yield {"a": 1}
    raise ValueError("as it must")


def crashes_after_a_row():
    yield {"a": 1}
    time.sleep(0.2)
    os._exit(3)


def hangs_after_a_row():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield {"child": child.pid}
    time.sleep(600)


def has_a_row_with_an_error():
    yield {"error": "as it must"}
    yield {"a": 1}


def outcome_of(work):
    rows = []
    return guarded(work, (), 300.0, rows.append), rows


def test_rows_of_a_step_are_kept_and_json_can_hold_them():
    outcome, rows = outcome_of(fine)
    assert (outcome.status, outcome.error) == ("done", None)
    assert rows == [{"a": 1, "b": "nan"}]


@pytest.mark.parametrize(
    ("work", "said"),
    [(raises_after_a_row, "ValueError: as it must"), (crashes_after_a_row, "code 3")],
)
def test_a_step_that_ends_badly_leaves_its_rows_and_says_why(work, said):
    outcome, rows = outcome_of(work)
    assert outcome.status == "failed"
    assert said in outcome.error
    assert rows == [{"a": 1}]


def test_a_step_with_a_failed_row_has_failed_and_goes_on():
    outcome, rows = outcome_of(has_a_row_with_an_error)
    assert outcome.status == "failed"
    assert rows[1:] == [{"a": 1}]


def test_a_step_that_hangs_is_killed_with_all_that_it_started(monkeypatch):
    rows = []
    # The step's time is over once its row has come, however long that took.
    clock = SimpleNamespace(monotonic=lambda: 1e6 * len(rows))
    monkeypatch.setattr(guard, "time", clock)
    outcome = guarded(hangs_after_a_row, (), 300.0, rows.append)
    assert outcome.status == "killed"
    while alive(rows[0]["child"]):  # an orphan is somebody else's to reap
        time.sleep(0.1)


def alive(pid):
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        return status.rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def context(left):
    return Context("cpu", True, 1, time.monotonic() + left)


def test_cases_go_on_after_one_that_fails_and_one_that_memory_does_not_hold():
    def memory():
        raise torch.OutOfMemoryError("as it must")

    def wrong():
        raise ValueError("as it must")

    made = [Case({"n": 0}, wrong), Case({"n": 1}, memory), Case({"n": 2}, lambda: {"x": 5}),
            Case({"n": 3}, lambda: [{"x": 1}, {"x": 2}])]  # fmt: skip
    rows = list(run_cases(made, context(60)))
    assert "ValueError: as it must" in rows[0].pop("error")
    assert rows == [
        {"n": 0}, {"n": 1, "note": "out of memory"}, {"n": 2, "x": 5},
        {"n": 3, "x": 1}, {"n": 3, "x": 2},
    ]  # fmt: skip


def test_cases_for_which_no_time_is_left_are_named():
    made = [Case({"n": 0}, lambda: {"x": 1}, 1e6), Case({"n": 1}, lambda: {"x": 1}, 1.0)]
    assert list(run_cases(made, context(60))) == [{"n": 0, "note": SKIPPED}, {"n": 1, "x": 1}]


@pytest.mark.parametrize("make", [AutogradFit, VmapFit])
def test_all_ways_of_fitting_compute_the_same(make):
    def fitted(make):
        flat, stored = start(8, 2, 16, torch.device("cpu"))
        fit = make(flat.double(), Queries(stored, 16, torch.float64), SirenConfig(8, DEPTH))
        losses = [fit.step() for _ in range(6)]  # more than there are blocks of queries
        return fit.flat().detach(), torch.stack(losses)

    for found, expected in zip(fitted(make), fitted(LibraryFit), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("product", "forward"), [(narrow_backward, False), (narrow_both, True)])
def test_products_are_rounded_where_they_say(product, forward):
    x, weight = torch.randn(2, 5, 7), torch.randn(2, 7, 3)
    leaves = [t.clone().requires_grad_() for t in (x, weight)]
    upstream = torch.randn(2, 5, 3)
    found = product(*leaves)
    found.backward(upstream)
    narrow = [t.bfloat16().float() for t in (x, weight, upstream)]
    torch.testing.assert_close(found, narrow[0] @ narrow[1] if forward else x @ weight)
    torch.testing.assert_close(leaves[0].grad, narrow[2] @ narrow[1].mT)
    torch.testing.assert_close(leaves[1].grad, narrow[0].mT @ narrow[2])


def test_packed_clouds_come_back(tmp_path):
    clouds = made_clouds(5, points=40)
    write_packed(tmp_path / "clouds.npz", clouds)
    found = read_packed(tmp_path / "clouds.npz")
    extent = np.abs(clouds.points - clouds.points.mean(1, keepdims=True)).max()
    np.testing.assert_allclose(found.points, clouds.points, atol=2 * extent / 32767)
    assert (found.labels == clouds.labels).all()
    assert (found.split == clouds.split).all()
    assert found.classes == clouds.classes


def test_every_beginning_of_clouds_in_turns_has_all_classes_and_splits():
    clouds = made_clouds(30, points=4).in_turns((6, 2, 2))
    assert sorted(clouds.split[:40].tolist()) == ["test"] * 8 + ["train"] * 24 + ["val"] * 8
    for name in ("train", "val", "test"):
        counts = np.bincount(clouds.labels[:40][clouds.split[:40] == name], minlength=4)
        assert counts.max() - counts.min() <= 1
    assert len(clouds) == 120


def test_a_table_has_all_columns_and_one_line_for_each_row():
    rows = [{"a": 1.23456, "b": None}, {"c": "x|y\nz", "a": 2}]
    assert table(rows).splitlines() == [
        "| a | b | c |", "| --- | --- | --- |", "| 1.235 |  |  |", "| 2 |  | z |",
    ]  # fmt: skip
