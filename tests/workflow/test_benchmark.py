"""The benchmarks run from start to end, and compare fits of equal quality."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def test_a_short_benchmark(tmp_path):
    out = tmp_path / "performance.json"
    subprocess.run(
        [sys.executable, BENCHMARKS / "fit.py", "--only", "fitting", "--cases", "64x1024",
         "--repeats", "1", "--seconds", "0", "--quality-steps", "5", "--threads", "1",
         "--json", out],
        check=True, cwd=tmp_path, timeout=300,
    )  # fmt: skip
    found = json.loads(out.read_text())
    (row,) = found["fitting"]
    assert row["ours loss"] == pytest.approx(row["reference loss"], rel=0.02)
    assert row["ratio"] == pytest.approx(row["reference ms"] / row["ours ms"])


def test_encoders_side_by_side():
    done = subprocess.run(
        [sys.executable, BENCHMARKS / "encoders.py", "--sizes", "64", "--repeats", "1",
         "--threads", "1"],
        check=True, timeout=300, capture_output=True, text=True,
    )  # fmt: skip
    cells = [[cell.strip() for cell in row.split("|")] for row in done.stdout.splitlines()[3:]]
    assert [(c[2], c[3], c[4]) for c in cells] == [
        (what, name, parameters)
        for what in ("a training step", "embedding")
        for name, parameters in (("inr2vec", "742,400"), ("projected", "6,817,792"))
    ]
    assert [c[6] for c in cells if c[3] == "inr2vec"] == ["1.00", "1.00"]
