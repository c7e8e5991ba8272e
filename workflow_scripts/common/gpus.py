"""Which GPU a job takes: each one its own, as long as there are as many. Imports no torch."""

import fcntl
import os
import subprocess
from pathlib import Path

_held = []  # a lock ends with its file object, and so with the process


def visible_gpus() -> list[str]:
    """Numbers or names of the GPUs that may be used, as CUDA_VISIBLE_DEVICES gives them."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is not None:
        return [gpu.strip() for gpu in chosen.split(",") if gpu.strip() not in ("", "-1")]
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return []
    found = [line for line in listed.stdout.splitlines() if line.startswith("GPU ")]
    return [str(number) for number in range(len(found))]


def take_gpu(folder: Path) -> None:
    """Leave one GPU visible to this process, one that no other job of this folder has taken.

    To be called before CUDA is first used. With more jobs than GPUs the later share the first.
    """
    gpus = visible_gpus()
    if len(gpus) < 2:
        return
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["CUDA_VISIBLE_DEVICES"] = next((g for g in gpus if _locked(folder, g)), gpus[0])


def _locked(folder: Path, gpu: str) -> bool:
    lock = (folder / f"gpu-{gpu}.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return False
    _held.append(lock)
    return True
