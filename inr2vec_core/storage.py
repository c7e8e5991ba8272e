"""Files that appear whole or not at all, and the HDF5 shards of a data set."""

import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import h5py
import numpy as np

from .errors import InputError

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


STRINGS = h5py.string_dtype("utf-8")
IDENTITY = ("shape_id", "class", "split")


def write_shard(path: str | Path, columns: dict[str, np.ndarray | list[str]], **attrs) -> None:
    """Write columns, equally long but for vocabularies (`part_names`), and attributes to HDF5.

    A list is text (variable-length UTF-8) and an array is numbers, so that a shard without rows
    keeps the kind of each column.
    """
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        for name, column in columns.items():
            if isinstance(column, list):
                file.create_dataset(name, data=column, dtype=STRINGS, shape=(len(column),))
            else:
                file.create_dataset(name, data=column)
        file.attrs.update(attrs)


@contextmanager
def open_shard(path: str | Path) -> Iterator[h5py.File]:
    """Open a shard for reading.

    Raises:
        InputError: the file is missing or no HDF5; the message says to remove it and run again.
    """
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise InputError(
            f"{path}: not a readable HDF5 file ({error}); remove it and run "
            "again, and it is made anew"
        ) from error
    with file:
        yield file


def text(column: h5py.Dataset) -> list[str]:
    """A text column as a list of str."""
    return column.asstr()[:].tolist()
