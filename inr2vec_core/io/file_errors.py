"""Why a file cannot be read or written, told in one line; a cure only where the cause is known."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inr2vec_core.errors import BadShape, InputError


@dataclass(frozen=True)
class Origin:
    """Where a file comes from, which decides how it is got again.

    Attributes:
        if_missing: what to do where it is missing.
        if_damaged: what to do where its content is lost.
    """

    if_missing: str
    if_damaged: str


RESULT = Origin("make it first", "remove it and run again, and it is made anew")
SOURCE = Origin("restore it", "restore it or download it again")

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
_NOT_AT_FAULT = {
    (errno.EACCES, errno.EPERM): "permission denied: let this user read the file and its folders",
    (errno.EAGAIN, errno.EWOULDBLOCK): "locked by another process: wait for that or end it",
    NO_LOCKS: (
        "the file system has no locks: set the environment variable HDF5_USE_FILE_LOCKING=FALSE"
    ),
    (errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENODEV, errno.EREMOTEIO): (
        "the disk or the network failed, the file may be whole: check them and run again"
    ),
    (errno.EMFILE, errno.ENFILE): "too many open files: raise the limit (ulimit -n)",
    (errno.ENOMEM,): "not enough memory: give the job more",
}
# What says nothing of a file, so that a shape must not be set aside for it.
MAY_PASS = {
    errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EREMOTEIO, errno.EMFILE, errno.ENFILE,
    errno.EAGAIN, *NO_LOCKS,
}  # fmt: skip
_CAUSES = {number: text for numbers, text in _NOT_AT_FAULT.items() for number in numbers}
_MIB = 2**20


class Damaged(ValueError):
    """The content of a file is not what was written; the message says how that shows."""


class ContentLost(InputError):
    """A file that could be read, but not as what it should be: nothing is lost with it."""


@contextmanager
def reading(path: str | Path, kind: str, origin: Origin) -> Iterator[None]:
    """Turn what opening or parsing a file raises into one line that names it and the cause.

    Args:
        path: the file that is read within the context.
        kind: what the file should be, such as "HDF5 file".
        origin: where it comes from.

    Raises:
        InputError: anything but an `InputError` or `BadShape` was raised, which pass.
    """
    try:
        yield
    except (InputError, BadShape):
        raise
    except Exception as error:  # parsers raise many kinds of errors
        raise unreadable(path, error, kind, origin) from error


def unreadable(path: str | Path, error: Exception, kind: str, origin: Origin) -> InputError:
    """The error of a file that could not be read.

    Args:
        path: the file.
        error: what was raised.
        kind: what the file should be, such as "HDF5 file".
        origin: where it comes from.

    Returns:
        One line with the cause. Only a `ContentLost` says how to get the file again: what another
        process, the disk or the memory causes says nothing of the content.
    """
    path = Path(path)
    number = _errno_of(error)
    if number is None and not isinstance(error, MemoryError):
        number = _errno_of_reading(path)  # a parser may swallow why it got no bytes
    if number == errno.ENOENT:
        link = f"a link to {path.readlink()}, which is missing" if path.is_symlink() else "missing"
        return InputError(f"{path} is {link}: {origin.if_missing}")
    if number in (errno.EISDIR, errno.ENOTDIR):
        return InputError(f"{path} is a folder, not a file" if path.is_dir() else f"{path}: a "
                          "part of this path is a file, not a folder")  # fmt: skip
    if isinstance(error, MemoryError):
        number = errno.ENOMEM
    if number is not None:
        return InputError(f"{path} cannot be read: {_CAUSES.get(number, os.strerror(number))}")
    return ContentLost(f"{path} {_fault(path, error, kind)}; {origin.if_damaged}")


def _fault(path: Path, error: Exception, kind: str) -> str:
    """How the content of a file is wrong that could be read to its end."""
    text = one_line(error)
    size = path.stat().st_size
    if not size:
        return "is empty, as files are after a power cut or on a full disk"
    if isinstance(error, Damaged):
        return text
    if found := re.search(r"truncated file: eof = (\d+).* stored_eof = (\d+)", text):
        return f"is cut short: {found[1]} of {found[2]} bytes are left"
    if "signature not found" in text:
        return f"is not a readable {kind}: it begins as none"
    if re.search(r"metadata checksum|filter returned failure|Fletcher32", text):
        return f"is damaged: a checksum of this {kind} is wrong"
    return f"is not a readable {kind} ({text})"


def _errno_of(error: BaseException) -> int | None:
    """The system's error number behind an error; native libraries have it in their text alone."""
    for cause in _chain(error):
        if isinstance(cause, OSError) and cause.errno:
            return cause.errno
        if found := re.search(r"errno = (\d+)|os error (\d+)", str(cause)):
            return int(found[1] or found[2])
    return None


def _errno_of_reading(path: Path) -> int | None:
    try:
        with path.open("rb", buffering=0) as file:
            while file.read(16 * _MIB):
                pass
    except OSError as error:
        return error.errno
    return None


def unwritable(path: str | Path, error: BaseException) -> InputError | None:
    """The error of a file that could not be written, if that is why something failed.

    Args:
        path: the file.
        error: what was raised while it was written.

    Returns:
        One line that names the disk where it is full, or why the system refused to write; None
        where the error has another cause.
    """
    folder = Path(path).absolute().parent
    while not folder.is_dir():
        folder = folder.parent
    number, free, entries = _errno_of_writing(error, Path(path)), *_room(folder)
    if number is None and free < _MIB and _is_failed_write(error):
        number = errno.ENOSPC
    cure = "make room"
    if number == errno.ENOSPC:
        left = f"{free / _MIB:.1f} MiB are free" if entries else "it can hold no more files"
        why = f"the disk of {_mount_point(folder)} is full ({left})"
    elif number == errno.EDQUOT:
        why = f"your quota on the disk of {_mount_point(folder)} is used up"
    elif number == errno.EFBIG:
        why = "the file is larger than the file system or `ulimit -f` allows"
        cure = "raise that limit"
    elif number is not None:
        return InputError(f"{path} cannot be written: {os.strerror(number)}")
    else:
        return None
    return InputError(f"{path} cannot be written: {why}; {cure} and run the same command again")


def _errno_of_writing(error: BaseException, path: Path) -> int | None:
    """The system's error number, if it is of room or names this file, its folder or a temporary."""
    for cause in _chain(error):
        number = _errno_of(cause)
        if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return number
        named = getattr(cause, "filename", None)
        if number and named and path.parent in (Path(named), Path(named).parent):
            return number
    return None


def _is_failed_write(error: BaseException) -> bool:
    return any(re.search(r"writ|iostream|flush", str(cause), re.I) for cause in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _room(folder: Path) -> tuple[int, bool]:
    """The bytes that are free, and whether there may be more files."""
    system = os.statvfs(folder)
    return shutil.disk_usage(folder).free, not system.f_files or system.f_favail > 0


def _mount_point(folder: Path) -> Path:
    while not folder.is_mount():
        folder = folder.parent
    return folder


def one_line(error: BaseException) -> str:
    """The message of an error without line breaks, at most some 200 characters."""
    return " ".join(str(error).split())[:200] or type(error).__name__
