"""Clouds in xyz files: a point's coordinates on each line.

There is no standard. Read are: comments (#, //, %); a first line with the number of points, which
must be right, and after it a line of any text (as chemists write it); a line with the columns'
names, among them x, y and z; names of elements before the coordinates; more columns, which are
passed over.
"""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Cloud
from inr2vec_core.io.readers.number_table import (
    Rows,
    fields_of,
    is_number,
    number_table,
    plain_table,
    separator_of,
)
from inr2vec_core.utils.text import decode, printable

# "#" within a word is no comment: 1.#QNAN is how one compiler's library writes NaN.
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*|//.*|^\s*%.*")
_AXES = ["x", "y", "z"]
_ELEMENT = re.compile(r"(?!(?:nan|inf|infinity)\b)[A-Za-z]\w*", re.ASCII | re.IGNORECASE)
_HEAVIEST = 118  # atomic number


class _Header(NamedTuple):
    """What stands before the points.

    Attributes:
        length: its lines.
        n_points: the number of points, if it has one.
        text: the line of text after that number; None without one.
        names: the columns' names in lower case, if it has them.
    """

    length: int
    n_points: int | None = None
    text: str | None = None
    names: list[str] | None = None


def read_xyz(path: Path) -> Cloud:
    """Read a text file with x, y and z in columns between blanks, commas or semicolons.

    Args:
        path: the file.

    Returns:
        The cloud, in the file's unit.

    Raises:
        BadShape: there are no points, fewer or more than declared, or it is unclear which numbers
            are meant; the message names the line, or the first column where that counts them.
    """
    try:
        text = decode(path.read_bytes())
    except ValueError as error:
        raise BadShape(str(error)) from None
    if not text or text.isspace():
        raise BadShape("holds no points")
    text_lines = lines = text.split("\n")
    last_comment = max(text.rfind(mark) for mark in ("#", "//", "%"))
    if commented := last_comment >= 0:
        end = text.count("\n", 0, last_comment) + 1  # comments often stand at the top alone
        lines = [*map(_without_comment, lines[:end]), *lines[end:]]
    header = _header(lines)
    body = lines[header.length :]
    if text.isascii() and header.names is None and header.text is None:
        table = plain_table(body)  # twice as fast as what follows, which agrees with it
        if table is not None and table.shape[1] > 2 and header.n_points in (None, len(table)):
            if commented:
                _check_comments(text_lines, lines, header.length, table.shape[1])
            _check_first_column(table[:, 0], table.shape[1])
            return Cloud(table[:, :3])
    rows = Rows(body, header.length + 1)
    if header.n_points is not None and len(rows.lines) != header.n_points:
        fault = "truncated" if len(rows.lines) < header.n_points else "its number of points is off"
        raise BadShape(
            f"{fault}: it declares {header.n_points} points and has {len(rows.lines)} lines of them"
        )
    if not rows.lines:
        raise BadShape("holds no points")
    elements = _without_elements(rows)
    separator = separator_of(rows)
    n_columns = len(fields_of(rows.lines[0], separator))
    if commented:
        _check_comments(text_lines, lines, header.length, n_columns)
    points = number_table(rows, separator, _columns(header, elements, n_columns))
    if header.text is not None and not elements and n_columns > 3:
        _check_atomic_numbers(rows, points[:, 0])
    if header.names is None and not elements:
        _check_first_column(points[:, 0], n_columns)
    return Cloud(points)


def _without_comment(line: str) -> str:
    return _COMMENT.sub("", line) if "#" in line or "//" in line or "%" in line else line


def _header(lines: list[str]) -> _Header:
    """Find out what stands before the points."""
    filled = ((k, line.strip()) for k, line in enumerate(lines) if line.strip())
    found = list(islice(filled, 2))
    if not found:
        return _Header(0)
    (first, line), *rest = found
    n_points, length, text = None, first, None
    if re.fullmatch(r"\d+", line, re.ASCII):
        n_points, length = int(line), first + 1
        if not rest:
            return _Header(length, n_points)
        second, line = rest[0]
        text = "" if second > length else None
        if any(map(is_number, _words(line))) and not _is_free_text(line):
            return _Header(length, n_points, text)
        length, text = second, line
    names = [word.strip("\"'").lower() for word in _words(line)]
    if set(_AXES) <= set(names) and len(set(names)) == len(names):
        return _Header(length + 1, n_points, None, names)
    if n_points is not None:
        return _Header(length + 1, n_points, text)
    if not any(map(is_number, _words(line))):
        raise BadShape(
            f"line {first + 1} ({printable(line[:60])}) has neither numbers nor the columns' names "
            "x, y and z: begin it with # if it is a comment"
        )
    return _Header(first)


def _is_free_text(line: str) -> bool:
    """Whether a line after the number of points is no point: one has three numbers in a row."""
    words = _words(line)
    points = words[1:] if _ELEMENT.fullmatch(words[0]) else words
    return not (len(points) > 2 and all(map(is_number, points[:3])))


def _words(line: str) -> list[str]:
    return [word for word in re.split(r"[;,\s]+", line) if word]


def _without_elements(rows: Rows) -> bool:
    """Take the names of elements off the lines, where every line begins with one."""
    if not _ELEMENT.match(rows.lines[0]):
        return False
    for row, line in enumerate(rows.lines):
        word, *others = re.split(r"[;,\s]\s*", line, maxsplit=1)
        if not _ELEMENT.fullmatch(word) or not others:
            raise rows.fault(row, "does not begin with a name, as the first line of points does")
        rows.lines[row] = others[0]
    return True


def _columns(header: _Header, elements: bool, n_columns: int) -> list[int]:
    """The columns of x, y and z."""
    if header.names is None:
        if (
            elements
            and header.text
            and not re.search(
                r"^(?!.*properties=)|properties=\"?species:s:1:pos:r:3", header.text, re.IGNORECASE
            )
        ):
            raise BadShape(f"its columns are other than a name and x, y, z: {header.text[:60]}")
        return [0, 1, 2]
    names = header.names[1:] if elements else header.names
    if len(names) != n_columns or not set(_AXES) <= set(names):
        raise BadShape(
            f"line {header.length} names {len(header.names)} columns, but the lines of points "
            f"have {n_columns + elements}: name each column"
        )
    return [names.index(axis) for axis in _AXES]


def _check_comments(text: list[str], lines: list[str], header: int, n_columns: int) -> None:
    """Refuse comments above the points that put other columns before x, y and z."""
    for number, (line, rest) in enumerate(zip(text, lines, strict=True), 1):
        if rest.strip():  # no comment: of the header's lines, or the first point
            if number > header:
                return
            continue
        names = [word.strip("\"'").lower() for word in _words(line.strip().lstrip("#/%"))]
        if len(names) == n_columns and set(_AXES) <= set(names) and names[:3] != _AXES:
            raise BadShape(
                f"line {number} is a comment that seems to name the columns {' '.join(names)}: "
                "put x, y and z first, or take the comment sign away"
            )


def _check_first_column(values: np.ndarray, n_columns: int) -> None:
    """Refuse points with their numbers in front, as tables are often saved."""
    counted = np.arange(len(values)) + values[0]
    if n_columns > 3 and len(values) > 2 and values[0] in (0, 1) and (values == counted).all():
        raise BadShape(
            f"its first column counts the points, from {values[0]:.0f} on: take it away, or name "
            "the columns on the first line"
        )


def _check_atomic_numbers(rows: Rows, first: np.ndarray) -> None:
    if (first == np.round(first)).all() and (first >= 1).all() and (first <= _HEAVIEST).all():
        raise rows.fault(
            0, "may begin with an atomic number, or with x, as all lines do: take it away, or the "
            "line after the number of points"
        )  # fmt: skip
