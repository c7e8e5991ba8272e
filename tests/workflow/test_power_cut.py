"""A power cut in the middle of a run: what is left is whole, and the next run completes it."""

import pytest
from conftest import TABLE2
from power_cut import cut_power, results, state_after


@pytest.fixture(scope="module")
def record(finished_run):
    """What the jobs of the finished run flushed and renamed."""
    return (finished_run[0].path.parent / "writes.txt").read_text(encoding="utf-8")


def test_every_result_is_flushed_with_its_folder(finished_run, record):
    durable = state_after(record, len(record.splitlines()))
    made = results(finished_run[0].path)
    assert len(made) > 60
    assert [path for path in made if not durable.get(path)] == []


def test_a_run_goes_on_after_a_power_cut_and_ends_in_the_same_table(finished, finished_run, record):
    durable = state_after(record, len(record.splitlines()) // 2)
    kept = cut_power(finished.path, durable, finished_run[0].path)
    assert 10 < len(kept) < len(results(finished_run[0].path))
    finished.run(TABLE2)
    assert finished.read(TABLE2) == finished_run[0].read(TABLE2)
