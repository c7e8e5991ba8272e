"""Files that are written whole or not at all."""

import errno
import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from inr2vec_core.errors import InputError
from inr2vec_core.io.file_errors import unwritable

# What file systems answer that cannot flush a folder, or do so unasked.
_NO_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF, errno.EACCES, errno.EPERM}
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

    The file is flushed to the disk before it is renamed, and its folder after, so that a power cut
    leaves the old file or the new one, never an empty one under the final name. The temporary name
    has the host and the process id, so that two runs never share one. Files that dead processes of
    this host left behind for the same path are removed first.

    Args:
        path: the final name; its folder is created.

    Yields:
        The temporary name, in the same folder.

    Raises:
        InputError: the disk is full, or the file may not be written.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{_HOST}-{os.getpid()}.tmp")
    try:
        _make_folder(path.parent)
        _remove_leftovers(path)
        yield temporary
        for guard in _guards:
            guard()
        _flush(temporary)
        temporary.replace(path)
        _flush_folder(path.parent)
    except BaseException as error:
        known = unwritable(path, error) if isinstance(error, Exception) else None
        with suppress(OSError):
            temporary.unlink()
        if known is not None and not isinstance(error, InputError):
            raise known from error
        raise


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it; each one's entry in the one above is flushed."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _flush_folder(folder.parent)


def _flush(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _flush_folder(folder: Path) -> None:
    try:
        _flush(folder)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
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
