"""Which GPUs there are, and which of them a job takes."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from workflow_scripts.common.gpus import take_gpu, torch_without_gpus, visible_gpus
from workflow_scripts.common.job import torch_device

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("listed, gpus", [
    ("GPU 0: NVIDIA H100 (UUID: x)\nGPU 1: NVIDIA H100 (UUID: y)\n", 2),
    ("No devices found.\n", 0),
    ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", 0),
])  # fmt: skip
def test_gpus_are_counted(monkeypatch, listed, gpus):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(
        subprocess, "run", lambda *a, **k: SimpleNamespace(stdout=listed, returncode=0)
    )
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
    ("NoDevFiles", []), ("none", []), ("void", []), ("all", []), ("gpu", []),
    ("0,-1,1", ["0"]), ("0,none", ["0"]), ("0,0", ["0"]), ("1.5", []),
    ("MIG-5c,MIG-GPU-8f/1/0", ["MIG-5c", "MIG-GPU-8f/1/0"]),
])  # fmt: skip
def test_only_visible_gpus_count(monkeypatch, visible, gpus):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert visible_gpus() == gpus


def test_of_a_gpu_that_is_cut_up_its_parts_count(monkeypatch):
    listed = (
        "GPU 0: NVIDIA A100 (UUID: GPU-a)\n"
        "  MIG 1g.10gb     Device  0: (UUID: MIG-1)\n"
        "  MIG 1g.10gb     Device  1: (UUID: MIG-2)\n"
        "GPU 1: NVIDIA A100 (UUID: GPU-b)\n"
    )
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(
        subprocess, "run", lambda *a, **k: SimpleNamespace(stdout=listed, returncode=0)
    )
    assert visible_gpus() == ["MIG-1", "MIG-2", "1"]


@pytest.mark.parametrize("script, gpus, said", [
    ("exec sleep 9", 0, "gave no answer within 0.2 s: 0 GPU(s) count"),
    ("echo Driver mismatch >&2; exit 18", 0, "says 'Driver mismatch' and ends with code 18: 0 GPU"),
    ("echo 'GPU 0: A (UUID: x)'; echo GPU is lost; exit 15", 1, "says 'GPU is lost' and ends"),
    ("echo No devices found.; exit 6", 0, None),
    ("echo 'GPU 0: A (UUID: x)'", 1, None),
])  # fmt: skip
def test_it_is_said_where_the_driver_cannot_tell(monkeypatch, tmp_path, script, gpus, said):
    (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if "sleep" in script:
        monkeypatch.setattr("workflow_scripts.common.gpus.NVIDIA_SMI_SECONDS", 0.2)
    warnings = []
    assert len(visible_gpus(warnings.append)) == gpus
    assert len(warnings) == (said is not None)
    assert all(said in warning and "CUDA_VISIBLE_DEVICES" in warning for warning in warnings)


def write_torch(folder, version):
    """A package called torch of which the version can be read and nothing be run."""
    (folder / "torch").mkdir()
    (folder / "torch/__init__.py").write_text("raise ImportError('is not to be imported')")
    (folder / "torch/version.py").write_text(version)


@pytest.mark.parametrize("version, said", [
    ("__version__ = '2.1+cpu'\ncuda: Optional[str] = None\nhip: str = None\n", "2.1+cpu"),
    ("__version__ = '2.1+cu126'\ncuda: Optional[str] = '12.6'\n", None),
    ("__version__ = '2.1+rocm6'\ncuda = None\nhip = '6.0'\n", None),
    ("__version__ = '2.1'\n", None),
])  # fmt: skip
def test_a_torch_for_processors_alone_is_known_without_importing_it(
    monkeypatch, tmp_path, version, said
):
    write_torch(tmp_path, version)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert torch_without_gpus() == said


def test_without_torch_nothing_is_known_of_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert torch_without_gpus() is None


def test_a_job_says_why_its_gpu_is_not_used(monkeypatch, tmp_path, caplog):
    def no_driver():
        raise RuntimeError("The NVIDIA driver on your\nsystem is too old")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "init", no_driver)
    job = SimpleNamespace(threads=torch.get_num_threads(), resources={"gpu": 1})
    assert torch_device(job).type == "cpu"
    (warning,) = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert "GPU 0 is visible" in warning
    assert "driver on your system is too old" in warning
    assert "--resources gpu=0" in warning


def test_a_job_without_a_gpu_warns_of_none(monkeypatch, tmp_path, caplog):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "NoDevFiles")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    job = SimpleNamespace(threads=torch.get_num_threads(), resources={"gpu": 1})
    assert torch_device(job).type == "cpu"
    assert not [r for r in caplog.records if r.levelname == "WARNING"]


@pytest.mark.parametrize("gpu", ["MIG-GPU-8f/1/0", "GPU-8f"])
def test_a_gpu_of_any_name_can_be_taken(monkeypatch, tmp_path, gpu):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", f"{gpu},1")
    take_gpu(tmp_path)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == gpu


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
