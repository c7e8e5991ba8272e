"""Which GPUs there are, and which of them a job takes."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from workflow_scripts.common.gpus import visible_gpus

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("listed, gpus", [
    ("GPU 0: NVIDIA H100 (UUID: x)\nGPU 1: NVIDIA H100 (UUID: y)\n", 2),
    ("No devices found.\n", 0),
])  # fmt: skip
def test_gpus_are_counted(monkeypatch, listed, gpus):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: SimpleNamespace(stdout=listed))
    assert len(visible_gpus()) == gpus


@pytest.mark.parametrize(
    "error", [FileNotFoundError(), subprocess.TimeoutExpired("nvidia-smi", 20)]
)
def test_no_driver_is_no_gpu(monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(subprocess, "run", fail)
    assert visible_gpus() == []


@pytest.mark.parametrize("visible, gpus", [
    ("", []), ("-1", []), ("3", ["3"]), ("1, 2", ["1", "2"]),
    ("GPU-8f,GPU-9a", ["GPU-8f", "GPU-9a"]),
])  # fmt: skip
def test_only_visible_gpus_count(monkeypatch, visible, gpus):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert visible_gpus() == gpus


def test_jobs_take_a_gpu_each_and_give_it_back_when_they_end(tmp_path):
    code = "import os, pathlib; from workflow_scripts.common.gpus import take_gpu; " \
           "take_gpu(pathlib.Path('locks')); " \
           "print(os.environ['CUDA_VISIBLE_DEVICES'], flush=True); input()"  # fmt: skip
    env = os.environ | {"CUDA_VISIBLE_DEVICES": "4,6", "PYTHONPATH": str(ROOT)}

    def job():
        started = subprocess.Popen(
            [sys.executable, "-c", code], cwd=tmp_path, env=env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        return started, started.stdout.readline().strip()

    jobs = [job() for _ in range(3)]
    assert [gpu for _, gpu in jobs] == ["4", "6", "4"]
    jobs[1][0].communicate("\n")
    jobs.append(job())
    assert jobs[-1][1] == "6"
    for started, _ in jobs:
        if started.returncode is None:
            started.communicate("\n")
