"""A step in a process of its own, which may fail, crash or hang without harm to the others.

An error inside a CUDA kernel spoils the whole process, and a kernel that hangs can only be ended
with it. Steps are forked from a server that has imported everything and touched no device, or
start afresh where that server's children cannot use the device.
"""

import contextlib
import json
import math
import multiprocessing as mp
import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Row = dict[str, object]
Work = Callable[..., Iterator[Row]]


@dataclass(frozen=True)
class Outcome:
    """How a step ended.

    Attributes:
        status: "done"; "failed", where an error stopped it or a row has one; or "killed", where
            it went on past its time.
        seconds: that it took.
        error: the traceback, or what became of the process.
    """

    status: str
    seconds: float
    error: str | None = None


METHODS = ("forkserver", "spawn")


def guarded(
    work: Work,
    arguments: tuple,
    seconds: float,
    keep: Callable[[Row], None],
    method: str = METHODS[0],
) -> Outcome:
    """Run a step in its own process.

    Args:
        work: gives rows of texts and numbers; importable by name.
        arguments: of `work`.
        seconds: after which the process is killed, with all that it started.
        keep: is given each row at once.
        method: how the process starts, of `METHODS`.
    """
    started, failed = time.monotonic(), False
    receiver, sender = mp.Pipe(duplex=False)
    process = mp.get_context(method).Process(target=_work, args=(work, arguments, sender))
    process.start()
    sender.close()
    status, error = "killed", f"it was still at work after {seconds:.0f} s, and was ended"
    try:
        while receiver.poll(max(0.0, started + seconds - time.monotonic())):
            message = json.loads(receiver.recv_bytes())
            if "row" not in message:
                status, error = message["status"], message["error"]
                break
            failed |= "error" in message["row"]
            keep(message["row"])
    except EOFError:
        process.join(5)
        status, error = "failed", f"the process ended with code {process.exitcode}"
    finally:
        _end(process)
    if status == "done" and failed:
        status, error = "failed", "some rows have errors"
    return Outcome(status, time.monotonic() - started, error)


def preload(*modules: str) -> None:
    """Modules that are imported once for all steps; to be called before the first of them."""
    mp.set_forkserver_preload(list(modules))


def _work(work: Work, arguments: tuple, sender) -> None:
    os.setsid()  # so that what it starts can be ended with it

    def send(message: dict) -> None:
        sender.send_bytes(json.dumps(message).encode())

    try:
        for row in work(*arguments):
            send({"row": {name: _plain(value) for name, value in row.items()}})
        send({"status": "done", "error": None})
    except Exception:
        send({"status": "failed", "error": traceback.format_exc()})


def _plain(value: object) -> object:
    """A value as JSON has it, which knows no infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _end(process) -> None:
    process.join(2 if process.exitcode is None else 0)
    if process.pid is not None:  # its group may outlive it
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()  # it may not have come to have a group
    process.join()
