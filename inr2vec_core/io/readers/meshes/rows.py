"""Rows of numbers in text files."""

import re

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.utils.text import printable

_COMMENT = re.compile(r"#(?<!\S#)[^\n]*")


def text_lines(text: str) -> list[str]:
    """The lines without comments, stripped; blank ones are left out."""
    return [line for line in map(str.strip, without_comments(text).splitlines()) if line]


def without_comments(text: str) -> str:
    """Text without what follows a # on its line.

    Within a word # is none: 1.#QNAN is how one compiler's library writes NaN.
    """
    return _COMMENT.sub("", text) if "#" in text else text


def coordinates(rows: list[str], columns: tuple[int, int, int] = (0, 1, 2)) -> np.ndarray:
    """The three coordinates of points, from rows that may have more columns.

    Args:
        rows: a point's numbers each.
        columns: which of them are x, y and z.

    Returns:
        (N, 3) float64.

    Raises:
        BadShape: a row has too few columns, or something other than numbers.
    """
    if not rows:
        return np.zeros((0, 3))
    try:
        return np.loadtxt(rows, np.float64, comments=None, usecols=columns, ndmin=2)
    except ValueError:
        for number, row in enumerate(rows, 1):
            if not _has_numbers(row.split(), columns):
                raise BadShape(
                    f"point {number} is '{printable(row[:80])}', without three numbers"
                ) from None
        raise


def _has_numbers(words: list[str], columns: tuple[int, int, int]) -> bool:
    try:
        return bool([float(words[column]) for column in columns])
    except (IndexError, ValueError):
        return False


def ragged(rows: list[str], sizes: np.ndarray, first: int = 0) -> np.ndarray:
    """Integers of rows that do not have equally many.

    Args:
        rows: the rows.
        sizes: (N,) int64, how many numbers to take of each.
        first: the column of the first one.

    Returns:
        (sizes.sum(),) int64: the numbers of the first row, of the second, and so on.

    Raises:
        BadShape: a row has too few.
        ValueError: there is something other than integers.
    """
    widths = np.fromiter(map(len, rows), np.int64, len(rows))
    if (sizes > widths).any():  # a corrupt size must not fill the memory
        raise _missing(rows, sizes, first, int((sizes > widths).argmax()))
    flat = np.empty(sizes.sum(), np.int64)
    starts = np.cumsum(sizes) - sizes
    for size in np.unique(sizes[sizes > 0]).tolist():
        numbers = np.flatnonzero(sizes == size)
        chosen = rows if len(numbers) == len(rows) else [rows[i] for i in numbers]
        columns = range(first, first + size)
        try:
            table = np.loadtxt(chosen, np.int64, comments=None, usecols=columns, ndmin=2)
        except ValueError as error:
            for row, number in zip(chosen, numbers, strict=True):
                if len(row.split()) < first + size:
                    raise _missing(rows, sizes, first, number) from error
            raise
        flat[starts[numbers][:, None] + np.arange(size)] = table
    return flat


def _missing(rows: list[str], sizes: np.ndarray, first: int, number: int) -> BadShape:
    what = "its last face" if number == len(rows) - 1 else f"face {number + 1}"
    found = max(len(rows[number].split()) - first, 0)
    return BadShape(f"truncated: {what} has {found} of {sizes[number]} corners")


def check_row_count(rows: list[str], declared: int) -> None:
    """Check that there are as many rows as a header declares.

    Raises:
        BadShape: there are fewer, so that the file is cut short, or more, so that some of the
            shape would be left out.
    """
    if len(rows) < declared:
        raise BadShape(f"truncated: {len(rows)} of the {declared} lines its header declares")
    if len(rows) > declared:
        raise BadShape(f"has {len(rows)} lines, but its header declares {declared}")
