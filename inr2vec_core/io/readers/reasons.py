"""Why a file cannot be read, told in one line that names it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inr2vec_core.errors import BadShape


@contextmanager
def reasons_of(path: Path) -> Iterator[None]:
    """Turn whatever the parser of a file raises into a reason that names the file.

    Args:
        path: the file that is parsed within the context.

    Raises:
        BadShape: the file is missing or empty, or the parser raised something.
    """
    try:
        if path.stat().st_size == 0:
            raise BadShape("the file is empty")
        yield
    except BadShape as error:
        raise BadShape(f"{path}: {error}") from None
    except Exception as error:  # parsers raise many kinds of errors on bad files
        raise BadShape(f"{path}: unreadable: {one_line(error)}") from error


def one_line(error: Exception) -> str:
    """The type and the message of an error, without line breaks, at most some 200 characters."""
    text = " ".join(str(error).split()) or "no reason given"
    return f"{type(error).__name__}: {text[:200]}"
