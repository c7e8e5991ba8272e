"""Which GPUs there are, and which of them a job takes. Imports no torch."""

import ast
import fcntl
import importlib.util
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

NVIDIA_SMI_SECONDS = 20
_held = []  # a lock ends with its file object, and so with the process

# A number, or the name or the beginning of the name of a GPU or of a part of one.
_DEVICE = re.compile(r"[0-9]+|(GPU|MIG)-[0-9A-Za-z/-]+")
_GPU = re.compile(r"GPU \d+:")
_MIG = re.compile(r"\s+MIG .*\(UUID: (MIG-[^)]+)\)")


def visible_gpus(warn: Callable[[str], object] = lambda line: None) -> list[str]:
    """Numbers or names of the GPUs that may be used.

    `CUDA_VISIBLE_DEVICES` is read as CUDA reads it: what comes after the first word that names no
    device does not count. Without it, all that `nvidia-smi` lists count; of a GPU that is cut up
    (MIG), its parts.

    Args:
        warn: called with one line where `nvidia-smi` is there but cannot tell.
    """
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is not None:
        return _devices_until_a_wrong_one(chosen)
    listed, fault = _listed_gpus()
    gpus: list[list[str]] = []
    for line in listed:
        part = _MIG.match(line)
        if _GPU.match(line):
            gpus.append([])
        elif part and gpus:
            gpus[-1].append(part[1])
    if fault:
        warn(
            f"nvidia-smi {fault}: {len(gpus)} GPU(s) count; mend the driver, or say with "
            "CUDA_VISIBLE_DEVICES which are to be used (empty: none)"
        )
    return [name for number, parts in enumerate(gpus) for name in parts or [str(number)]]


def _listed_gpus() -> tuple[list[str], str | None]:
    """The lines of `nvidia-smi -L`, and what is wrong with it where it is there at all."""
    try:
        done = subprocess.run(
            ["nvidia-smi", "-L"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=NVIDIA_SMI_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return [], f"gave no answer within {NVIDIA_SMI_SECONDS} s"
    except OSError:
        return [], None
    lines = done.stdout.splitlines()
    other = [
        line.strip()
        for line in lines
        if line.strip() and not (_GPU.match(line) or _MIG.match(line))
    ]
    if done.returncode == 0 or any("no devices" in line.lower() for line in other):
        return lines, None
    said = f"says {' '.join(other)[:200]!r}" if other else "lists them"
    return lines, f"{said} and ends with code {done.returncode}"


def _devices_until_a_wrong_one(chosen: str) -> list[str]:
    found: list[str] = []
    for word in map(str.strip, chosen.split(",")):
        if not _DEVICE.fullmatch(word) or word in found:
            break
        found.append(word)
    return found


def torch_without_gpus() -> str | None:
    """The version of the torch installed here where it was built for processors alone, else None.

    Its file is read, not run: importing torch takes seconds.
    """
    spec = importlib.util.find_spec("torch")
    file = Path(spec.origin).with_name("version.py") if spec and spec.origin else None
    if file is None or not file.is_file():
        return None
    said = {}
    for line in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(line, ast.Assign | ast.AnnAssign) and isinstance(line.value, ast.Constant):
            target = line.target if isinstance(line, ast.AnnAssign) else line.targets[0]
            said[target.id] = line.value.value
    built_for_gpus = "cuda" not in said or any(said.get(kind) for kind in ("cuda", "hip", "xpu"))
    return None if built_for_gpus else said.get("__version__", "of unknown version")


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
    lock = (folder / f"gpu-{quote(gpu, safe='')}.lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return False
    _held.append(lock)
    return True
