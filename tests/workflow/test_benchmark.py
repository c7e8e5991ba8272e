"""The benchmark runs from start to end, and compares fits of equal quality."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "fit.py"


def test_a_short_benchmark(tmp_path):
    out = tmp_path / "performance.json"
    subprocess.run(
        [sys.executable, SCRIPT, "--only", "fitting", "--cases", "64x1024",
         "--repeats", "1", "--seconds", "0", "--quality-steps", "5", "--threads", "1",
         "--json", out],
        check=True, cwd=tmp_path, timeout=300,
    )  # fmt: skip
    found = json.loads(out.read_text())
    (row,) = found["fitting"]
    assert row["ours loss"] == pytest.approx(row["reference loss"], rel=0.02)
    assert row["ratio"] == pytest.approx(row["reference ms"] / row["ours ms"])
