"""Snakemake and its jobs in children of processes that have imported what they need.

Of a tiny run nine tenths of the time would be imports.
"""

import atexit
import functools
import multiprocessing
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["snakemake.cli"])


def run_snakemake(
    args: Sequence[str], folder: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess:
    """Run Snakemake's command line there; what it says is in `stdout`, both streams together."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as screen:
        process = _server.Process(
            target=_main, args=(list(args), folder, dict(env), screen.name, _python_of_jobs())
        )
        process.start()
        process.join()
        return subprocess.CompletedProcess(args, process.exitcode, screen.read())


def _main(args: list[str], folder: Path, env: dict[str, str], screen: str, python: str) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    file = os.open(screen, os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(file, stream)
    sys.executable = python
    from snakemake.cli import main

    main(args)


@functools.cache
def _python_of_jobs() -> str:
    """A command that stands for Python, once the server of jobs that it turns to is there."""
    folder = Path(tempfile.mkdtemp())
    address, command = folder / "socket", folder / "python"
    client = [sys.executable, "-IS", str(HERE / "job_client.py"), str(address)]
    command.write_text(f'#!/bin/sh\nexec {shlex.join(client)} "$@"\n', encoding="utf-8")
    command.chmod(0o700)
    # One thread, as Snakemake gives the jobs; libraries of C take it when they are imported.
    server = subprocess.Popen(
        [sys.executable, HERE / "job_server.py", address],
        env=os.environ | {"OMP_NUM_THREADS": "1"}, stdout=subprocess.PIPE,
    )  # fmt: skip
    atexit.register(shutil.rmtree, folder)
    atexit.register(server.kill)
    assert server.stdout.readline() == b"ready\n", "the server of jobs did not start"
    return str(command)
