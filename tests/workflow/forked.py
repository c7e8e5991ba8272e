"""Snakemake in children of one process that has imported it, which halves the time it starts in."""

import multiprocessing
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["snakemake.cli"])


def run_snakemake(
    args: Sequence[str], folder: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess:
    """Run Snakemake's command line there; what it says is in `stdout`, both streams together."""
    with tempfile.NamedTemporaryFile("r", errors="replace") as screen:
        process = _server.Process(target=_main, args=(list(args), folder, dict(env), screen.name))
        process.start()
        process.join()
        return subprocess.CompletedProcess(args, process.exitcode, screen.read())


def _main(args: list[str], folder: Path, env: dict[str, str], screen: str) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    file = os.open(screen, os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(file, stream)
    from snakemake.cli import main

    main(args)
