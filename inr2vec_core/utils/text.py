"""Bytes of files as text, and text of any kind as something that can be shown and stored."""

from __future__ import annotations

import codecs
import re

# UTF-32 first: its mark begins with UTF-16's.
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def has_mark(data: bytes) -> bool:
    """Whether a file begins with a byte-order mark, as no binary format of shapes does."""
    return data.startswith(tuple(_MARKS))


def decode(data: bytes) -> str:
    """Decode a text file, whatever the locale is.

    A byte-order mark names the encoding and is left out. Without one it is UTF-8. Bytes that are
    not UTF-8 become lone surrogates, as in names of files that Python lists: the text around them
    is read all the same, and no other letters are made up for them.

    Args:
        data: the file's content.

    Returns:
        The text, its lines ended by "\\n".

    Raises:
        ValueError: there are null bytes, so that it is no text; or it is not in the encoding of
            its byte-order mark.
    """
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    encoding = _MARKS.get(mark, "utf-8")
    errors = "surrogateescape" if encoding == "utf-8" else "strict"
    try:
        text = data[len(mark) :].decode(encoding, errors)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"its byte-order mark says {encoding}, but byte {error.start} is not"
        ) from None
    if "\0" in text:
        raise ValueError("has null bytes: it is a binary file, or UTF-16 without byte-order mark")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def message_of(error: BaseException) -> str:
    """The text of an error, "" for one that fails to give it."""
    try:
        return str(error)
    except Exception:
        return ""


def is_utf8(text: str) -> bool:
    """Whether a text, such as the name of a file, can be written in UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def printable(text: str) -> str:
    r"""A text on one line that any file takes: control characters and bad bytes are escaped.

    >>> printable("a\nb\udce4")
    'a\\nb\\xe4'
    """
    text = _CONTROL.sub(lambda match: repr(match[0])[1:-1], text)
    return (
        re.sub("[\udc80-\udcff]", lambda match: f"\\x{ord(match[0]) - 0xDC00:02x}", text)
        .encode("utf-8", "backslashreplace")
        .decode("utf-8")
    )
