"""What a power cut leaves of a run: a copy without all that was not flushed."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def state_after(record: str, n: int) -> dict[Path, bool]:
    """The files that are on the disk after the first n events of `hooks/record_writes.py`.

    The worst of what file systems do is assumed: a renamed file whose content was not flushed is
    empty, and a rename whose folder was not flushed has not happened.

    Returns:
        Path -> whether its content is there.
    """
    flushed, waiting, durable = set(), {}, {}
    for line in record.splitlines()[:n]:
        kind, path, state, *new = line.split("\t")
        if kind == "rename":
            file = Path(new[0])
            waiting.setdefault(file.parent, {})[file] = (path, state) in flushed
        elif Path(path) in waiting:
            durable |= waiting.pop(Path(path))
        else:
            flushed.add((path, state))
    return durable


def cut_power(run: Path, durable: dict[Path, bool], original: Path) -> list[Path]:
    """Take from a copy of a finished run what a power cut would have taken.

    Logs, times of jobs and Snakemake's records are never flushed: all of them are emptied. A
    temporary file stands beside each file that is lost.

    Args:
        run: the copy.
        durable: what `state_after` returned.
        original: the finished run.

    Returns:
        The results that are left, empty or not.
    """
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    kept = []
    for file in [path for path in (run / "results").rglob("*") if path.is_file()]:
        content = durable.get(original / file.relative_to(run))
        if {"logs", "benchmarks"} & set(file.parts) or content is False:
            os.truncate(file, 0)
        elif content is None:
            file.unlink()
            file.with_name(f".{file.name}.host-{dead.pid}.tmp").touch()
            continue
        if not {"logs", "benchmarks"} & set(file.parts):
            kept.append(file)
    for file in [path for path in (run / ".snakemake").rglob("*") if path.is_file()]:
        os.truncate(file, 0)
    return kept


def results(run: Path) -> Sequence[Path]:
    """All files that rules have made."""
    return [
        path for path in (run / "results").rglob("*")
        if path.is_file() and not {"logs", "benchmarks"} & set(path.parts)
    ]  # fmt: skip
