"""Files that are written whole or not at all."""

import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_HOST = re.sub(r"[^A-Za-z0-9]", "", socket.gethostname())[:24] or "host"


_guards: list[Callable[[], None]] = []


def add_commit_guard(guard: Callable[[], None]) -> None:
    """Register a check that runs before any file takes its final name.

    Args:
        guard: called without arguments; it raises to keep the file from appearing.
    """
    _guards.append(guard)


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Write a file under a temporary name, renamed when the block ends without an error.

    The temporary name has the host and the process id, so that two runs never share one. Files
    that dead processes of this host left behind for the same path are removed first.

    Args:
        path: the final name; its folder is created.

    Yields:
        The temporary name, in the same folder.
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
