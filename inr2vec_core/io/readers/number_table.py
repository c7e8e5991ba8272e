"""Tables of numbers in text: what is unambiguous is read, the rest is refused with its line.

Programs separate numbers by blanks, commas or semicolons, and write decimals with a point or, by
their user's language, with a comma. A table is read where only one of these readings is possible.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, repeat

import numpy as np

from inr2vec_core.errors import BadShape

# Double precision may have the exponent D in Fortran. Underscores, hexadecimal numbers and
# foreign digits, which Python takes, are refused.
_POINT = re.compile(
    r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?|[+-]?(?:nan|inf|infinity)",
    re.ASCII | re.IGNORECASE,
)
_COMMA = re.compile(r"[+-]?(?:\d+,?\d*|,\d+)(?:[eEdD][+-]?\d+)?", re.ASCII)
# A decimal comma for certain: thousands are groups of three digits, and do not begin with 0.
_DECIMAL = re.compile(r"[+-]?(?:0\d*,\d+|\d{4,},\d+|,\d+|\d+,(?!\d{3}$)\d*)", re.ASCII)
_FOREIGN_BLANK = re.compile(r"[^\S\x00-\x7f]")
_CURE = "separate the numbers by blanks and write decimals with a point"


class Rows:
    """The lines of a table, with their numbers in the file.

    Attributes:
        lines: the lines, stripped, none of them blank.
        numbers: the number of each line in the file, from 1.
    """

    def __init__(self, lines: Sequence[str], first: int = 1):
        """Take the lines that are not blank; the first line given is number `first`."""
        self.lines = list(filter(None, map(str.strip, lines)))
        self.numbers: Sequence[int] = range(first, first + len(lines))
        if len(self.lines) < len(lines):
            self.numbers = [n for n, line in zip(self.numbers, lines, strict=True) if line.strip()]

    def fault(self, row: int, reason: str) -> BadShape:
        """What is wrong with a row."""
        line = self.lines[row]
        shown = line if len(line) <= 60 else f"{line[:57]}..."
        return BadShape(f"line {self.numbers[row]} ({ascii(shown)[1:-1]}) {reason}")


def separator_of(rows: Rows) -> str | None:
    """What stands between the columns: ";", "," or None for blanks.

    A comma stands for a separator only where no line could mean a decimal comma or a thousands
    separator by it.

    Raises:
        BadShape: commas may be more than one of these.
    """
    if _contain(rows.lines, ";"):
        return ";"
    if not _contain(rows.lines, ","):
        return None
    # Columns of numbers with decimal commas have no comma beside a blank: "0,5 1,5 2,5".
    if all(_between_blanks(line) for line in rows.lines):
        return None
    _refuse_two_readings(rows)
    return ","


def fields_of(line: str, separator: str | None) -> list[str]:
    """The columns of a line; an empty one at its end is only a separator too many."""
    if separator is None:
        return line.split()
    fields = [field.strip() for field in line.split(separator)]
    return fields[:-1] if len(fields) > 1 and not fields[-1] else fields


def number_table(
    rows: Rows, separator: str | None = None, columns: Sequence[int] | None = (0, 1, 2)
) -> np.ndarray:
    """Read columns of a table.

    Args:
        rows: the lines, each with as many columns as the first.
        separator: what `separator_of` returned; None for blanks.
        columns: the wanted columns; the others may hold anything. None wants all.

    Returns:
        (n, columns) float64, in which NaN and infinity stay.

    Raises:
        BadShape: there are no rows; they have different numbers of columns, or too few; a wanted
            value is no number; or a comma may be a decimal or a thousands separator.
    """
    if not rows.lines:
        raise BadShape("holds no points")
    _check_blanks(rows, separator)
    # Nearly all files end here, as fast as they can be read.
    table = _read_at_once(rows.lines, separator)
    if table is not None:
        _check_columns(rows, table.shape[1], columns)
        return table if columns is None else table[:, list(columns)]
    # The rest has words, Fortran's exponents, separators too many, or a fault to be told.
    fields = [fields_of(line, separator) for line in rows.lines]
    for row, values in enumerate(fields):
        if len(values) != len(fields[0]):
            raise rows.fault(
                row,
                f"has {_columns(len(values))}, the first {_columns(len(fields[0]))}: cut short?",
            )
    _check_columns(rows, len(fields[0]), columns)
    if columns is not None:
        fields = [[values[column] for column in columns] for values in fields]
    if separator != "," and any("," in value for values in fields for value in values):
        _check_numbers(rows, fields, _COMMA, "is no number like the others, which have commas")
        _check_decimal_commas(rows, fields)
        fields = [[value.replace(",", ".") for value in values] for values in fields]
    else:
        _check_numbers(rows, fields, _POINT, "is no number")
    text = [" ".join(values).lower().replace("d", "e") for values in fields]
    return np.loadtxt(text, np.float64, comments=None, ndmin=2)


def plain_table(lines: Sequence[str], separator: str | None = None) -> np.ndarray | None:
    """Read all columns, if they are plain numbers with points, as many in each line.

    Args:
        lines: the lines; blank ones are passed over.
        separator: what `separator_of` returned; None for blanks.

    Returns:
        (n, columns) float64, or None.
    """
    if not any(map(str.strip, lines)):
        return None
    try:
        return np.loadtxt(lines, np.float64, comments=None, delimiter=separator, ndmin=2)
    except ValueError:
        return None


def _read_at_once(lines: list[str], separator: str | None) -> np.ndarray | None:
    """As `plain_table`, with decimal commas throughout as well."""
    if separator == "," or not _contain(lines, ","):
        return plain_table(lines, separator)
    first = fields_of(lines[0], separator)[0]
    if _contain(lines, ".") or not _DECIMAL.fullmatch(first):
        return None
    return plain_table([line.replace(",", ".") for line in lines], separator)


def is_number(field: str) -> bool:
    """Whether a field is a number, NaN and infinity included."""
    return bool(_POINT.fullmatch(field) or _COMMA.fullmatch(field))


def _contain(lines: Sequence[str], mark: str) -> bool:
    """Whether a line has this character."""
    return any(map(str.__contains__, lines, repeat(mark)))


def _check_columns(rows: Rows, n_columns: int, columns: Sequence[int] | None) -> None:
    wanted = max(columns) + 1 if columns else 1
    if n_columns < wanted:
        raise rows.fault(0, f"has {_columns(n_columns)}, not {wanted} or more")


def _columns(number: int) -> str:
    return "1 column" if number == 1 else f"{number} columns"


def _check_numbers(rows: Rows, fields: list[list[str]], pattern: re.Pattern, fault: str) -> None:
    for row, values in enumerate(fields):
        for value in values:
            if not pattern.fullmatch(value):
                what = ascii(value[:40]) if value else "an empty column"
                raise rows.fault(row, f"has {what}, which {fault}: {_CURE}")


def _check_blanks(rows: Rows, separator: str | None) -> None:
    """Refuse blanks that may stand within numbers, between thousands."""
    ascii_only = all(map(str.isascii, rows.lines))
    for row, line in enumerate([] if ascii_only else rows.lines):
        if blank := _FOREIGN_BLANK.search(line):
            code = f"U+{ord(blank[0]):04X}"
            raise rows.fault(row, f"has the blank {code}, which may stand within a number: {_CURE}")
    if separator is None and _contain(rows.lines, ","):
        for line in rows.lines:
            fields = line.split()
            pairs = pairwise(fields[:4])
            if len(fields) < 4 or not any(_grouped([a, b.replace(",", ".")]) for a, b in pairs):
                return
        raise rows.fault(
            0, f"has blanks that may be separators or between thousands, as all lines: {_CURE}"
        )


def _check_decimal_commas(rows: Rows, fields: list[list[str]]) -> None:
    if not any(_DECIMAL.match(value) for values in fields for value in values):
        row = next(row for row, values in enumerate(fields) if any("," in v for v in values))
        raise rows.fault(
            row, f"has commas that may be decimal or between thousands, as all lines have: {_CURE}"
        )


def _between_blanks(line: str) -> bool:
    """Whether a line may be columns between blanks, no comma of which is a separator."""
    fields = line.split()
    return len(fields) > 2 and not any(f.startswith(",") or f.endswith(",") for f in fields)


def _refuse_two_readings(rows: Rows) -> None:
    """Refuse commas as separators where each line may mean another by some of its commas."""
    pointed = _contain(rows.lines, ".")
    for line in rows.lines:
        fields = line.removesuffix(",").split(",")  # not stripped: no number has a blank inside
        if len(fields) > 3:
            pairs = pairwise(fields[:4])  # further columns are passed over
            twofold = any(_joined(*pair, pointed) for pair in pairs)
        else:
            twofold = len(fields) == 3 and _grouped(fields)
        if not twofold:
            return
    raise rows.fault(
        0, f"has commas that may be separators or parts of numbers, as all lines have: {_CURE}"
    )


def _grouped(fields: list[str]) -> bool:
    """Whether fields may be one number with commas between thousands, as in 1,234,567."""
    first, *groups = fields
    return bool(re.fullmatch(r"[+-]?\d{1,3}", first, re.ASCII)) and all(
        re.fullmatch(r"\d{3}(\.\d*)?", group, re.ASCII) for group in groups
    )


def _joined(left: str, right: str, pointed: bool) -> bool:
    """Whether two fields may be one number: with a decimal comma, or one between thousands."""
    if not re.fullmatch(r"[+-]?\d+", left, re.ASCII):
        return False
    if pointed:  # the decimal mark is a point
        return len(left.lstrip("+-")) <= 3 and bool(re.fullmatch(r"\d{3}(\.\d*)?", right))
    return bool(re.fullmatch(r"\d+([eE][+-]?\d+)?", right, re.ASCII))
