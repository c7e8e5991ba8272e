"""The benchmarks run from start to end, and compare fits of equal quality."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

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
    chosen = row["chosen"]
    for name in ("ours float32", chosen):
        assert row[f"{name} loss"] == pytest.approx(row["reference loss"], rel=0.02)
    others = [row[f"{name} ms"] for name in ("reference", "compiled 1", "compiled 4")]
    assert row["ratio"] == pytest.approx(min(others) / row[f"{chosen} ms"])
    assert row["ratio to plain"] == pytest.approx(row["reference ms"] / row[f"{chosen} ms"])


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


@pytest.fixture(scope="module")
def on_a_gpu(tmp_path_factory):
    """What `gpu.py` writes, run without a GPU."""
    folder = tmp_path_factory.mktemp("gpu")
    done = subprocess.run(
        [sys.executable, BENCHMARKS / "gpu.py", "--device", "cpu", "--tiny", "--threads", "1",
         "--json", folder / "gpu.json"],
        cwd=folder, timeout=300, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "gpu.json").read_text())["steps"]


def test_all_that_is_to_be_measured_on_a_gpu_runs(on_a_gpu):
    assert {step["number"] for step in on_a_gpu.values()} == {1, 2, 3, 4, 5}
    for name, step in on_a_gpu.items():
        assert step["status"] == "done", name
        assert step["rows"], name
        assert not any("note" in row or "error" in row for row in step["rows"]), name


def test_float32_on_a_gpu_is_compared_with_float64(on_a_gpu):
    rows = on_a_gpu["correctness"]["rows"]
    fits = {(r["whose"], r["path"], r["precision"]): r for r in rows if "movement" in r}
    assert fits["library", "plain", "float64"]["movement"] < 1e-9
    for path in ("plain", "compiled"):
        row = fits["library", path, "float32"]
        assert row["movement"] < 1e-3
        assert max(row[name] for name in ("weights", "outputs", "loss")) < 1e-5
    for narrow in ("bfloat16 in backward", "bfloat16 in both"):
        # Worse than float32, or nothing was rounded.
        assert 1e-4 < fits["benchmark", "autograd", narrow]["movement"] < 0.1
    trainings = {r["precision"]: r for r in rows if "gradient of step 1" in r}
    assert trainings["float32"]["gradient of step 1"] < 1e-4
    assert 1e-4 < trainings["mixed bfloat16"]["gradient of step 1"] < 0.2
    assert max(r["embeddings"] for r in rows if "embeddings" in r) < 1e-4


def test_the_real_run_ends_with_an_accuracy(on_a_gpu):
    stages = {row["stage"]: row for row in on_a_gpu["real_run"]["rows"]}
    assert list(stages) == ["data", "fit, sampling beside", "train inr2vec", "embed", "classify"]
    assert 0 <= stages["classify"]["test accuracy"] <= 1


def test_a_gpu_that_is_not_there_is_said_at_once(tmp_path):
    if torch.cuda.is_available():
        pytest.skip("there is one")
    done = subprocess.run(
        [sys.executable, BENCHMARKS / "gpu.py", "--json", tmp_path / "gpu.json"],
        timeout=300, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "cuda cannot be used" in done.stderr
