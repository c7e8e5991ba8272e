"""What can be told of a file without opening it, which a pipe would never answer."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

_KINDS = (
    (stat.S_ISDIR, "folder"),
    (stat.S_ISFIFO, "named pipe"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
)


def fault_of_file(path: str | Path) -> str | None:
    """Why a path cannot be read as a file.

    Args:
        path: the file, or a link to it.

    Returns:
        The reason, without the path, such as "is a link to chair.obj, which is missing"; None
        where it is a file that may be read.
    """
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 (100,000 files)
    except OSError as error:
        return _why_missing(path, error)
    if not stat.S_ISREG(mode):
        kind = next((kind for is_kind, kind in _KINDS if is_kind(mode)), "thing of another kind")
        return f"is a {kind}, not a file"
    if not os.access(path, os.R_OK):
        return "may not be read: change its permissions"
    return None


def is_missing(path: str | Path) -> bool:
    """Whether nothing has this name: no link to nothing, nothing in a folder that is closed."""
    try:
        os.lstat(path)
    except OSError as error:
        return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
    return False


def _why_missing(path: str | Path, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "is a link that leads back to itself"
    if error.errno == errno.EACCES:
        return "lies in a folder that may not be entered: change its permissions"
    if os.path.islink(path):  # noqa: PTH114 (false where the name is too long)
        return f"is a link to {Path(path).readlink()}, which is missing"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "is missing"
    return f"cannot be read: {error.strerror}"


def last_change(path: str | Path) -> float:
    """When a file was last changed, or a link to it, in seconds since 1970, as its date says.

    Raises:
        OSError: there is no such file.
    """
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        return max(status.st_mtime, os.stat(path).st_mtime)  # noqa: PTH116 (100,000 files)
    return status.st_mtime


def depends_on_locale(path: str) -> bool:
    """Whether a path is another text in another locale: its bytes are not read as UTF-8 here."""
    return not path.isascii() and sys.getfilesystemencoding() != "utf-8"
