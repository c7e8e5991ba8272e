"""Why a file cannot be read, told in one line that names it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from inr2vec_core.errors import BadShape
from inr2vec_core.io.file_errors import MAY_PASS, SOURCE, unreadable
from inr2vec_core.io.readers.signatures import another_kind
from inr2vec_core.utils.files import fault_of_file
from inr2vec_core.utils.text import message_of, printable

_ADDRESS = re.compile(" at 0x[0-9a-f]+")


@contextmanager
def reasons_of(path: Path) -> Iterator[None]:
    """Turn whatever the parser of a file raises into a reason that names the file.

    Where the file's beginning shows that it is something else than its name says, that is the
    reason.

    Args:
        path: the file that is parsed within the context.

    Raises:
        BadShape: there is no file that may be read, it is empty, or the parser raised something.
        InputError: the disk failed, the file is locked, or too many files are open, which says
            nothing of its content.
    """
    if fault := fault_of_file(path):  # a pipe must not be opened, not even to see what is in it
        raise BadShape(f"{printable(str(path))} {fault}")
    try:
        if path.stat().st_size == 0:
            raise BadShape("the file is empty")
        yield
    except Exception as error:  # parsers raise many kinds of errors on bad files
        if isinstance(error, OSError) and error.errno in MAY_PASS:
            raise unreadable(path, error, "file", SOURCE) from error
        reason = str(error) if isinstance(error, BadShape) else f"unreadable: {one_line(error)}"
        with suppress(OSError):
            kind = another_kind(path)
            reason = f"unreadable: it {kind}" if kind else reason
        reason = _ADDRESS.sub("", printable(reason))  # the same at every run
        raise BadShape(f"{path}: {reason}") from error


def one_line(error: Exception) -> str:
    """The type and the message of an error, without line breaks, at most some 200 characters."""
    text = " ".join(message_of(error).split()) or "no reason given"
    return f"{type(error).__name__}: {text[:200]}"
