"""Files that appear whole or not at all."""

import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_HOST = re.sub(r"[^A-Za-z0-9]", "", socket.gethostname())[:24] or "host"


_guards: list[Callable[[], None]] = []


def add_commit_guard(guard: Callable[[], None]) -> None:
    """Have `guard` called before any file takes its final name; it raises to forbid that."""
    _guards.append(guard)


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """A temporary name beside `path`, renamed to it when the block ends without an error.

    The name carries host and process id, so that two runs never share one; what dead processes
    of this host left behind for the same `path` is removed first.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(path)
    temporary = path.with_name(f".{path.name}.{_HOST}-{os.getpid()}.tmp")
    try:
        yield temporary
        for guard in _guards:
            guard()
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _remove_leftovers(path: Path) -> None:
    for old in path.parent.glob(f".{path.name}.{_HOST}-*.tmp"):
        pid = old.name.rsplit("-", 1)[1].removesuffix(".tmp")
        if pid.isdigit() and not _alive(int(pid)):
            with suppress(FileNotFoundError):
                old.unlink()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
