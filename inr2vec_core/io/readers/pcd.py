"""Point clouds in PCD files.

Not read by Open3D: from a truncated header or text it makes random points of uninitialized memory,
or its allocation ends the whole process; and of compressed numbers of 8 bytes it reads zeros.
"""

import re
from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Cloud
from inr2vec_core.io.readers.lzf import decompress
from inr2vec_core.io.readers.number_table import Rows, number_table
from inr2vec_core.utils.text import decode


def read_pcd(path: Path) -> Cloud:
    """Read an ascii, binary or binary_compressed PCD file.

    Args:
        path: the file to read.

    Returns:
        The cloud.

    Raises:
        BadShape: the header is missing, cut short or contradicts itself, points are missing or
            left over, or there are none.
    """
    parts = re.split(
        rb"^DATA[ \t]+(\w+)[ \t]*\r?\n", path.read_bytes(), maxsplit=1, flags=re.MULTILINE
    )
    if len(parts) < 3:
        raise BadShape("no PCD header, or one cut short")
    text, kind, body = parts[0].decode("utf-8", errors="replace"), parts[1].decode(), parts[2]
    header = {key: values for key, *values in map(str.split, text.splitlines()) if values}
    fields = header.setdefault("FIELDS", header.get("COLUMNS", []))  # its name in version 0.5
    if not set("xyz") <= set(fields):
        raise BadShape(f"its fields are {', '.join(fields) or 'not named'}: x, y and z are needed")
    if twice := [axis for axis in "xyz" if fields.count(axis) > 1]:
        raise BadShape(f"has the field {twice[0]} twice")
    axes = [fields.index(axis) for axis in "xyz"]
    try:
        n_points = _number_of_points(header)
        counts = [int(count) for count in header.get("COUNT", ["1"] * len(fields))]
        point = None if kind == "ascii" else _layout(header, counts)
    except (TypeError, ValueError) as error:
        raise BadShape(f"its header cannot be read: {error}") from None
    if n_points < 1:
        raise BadShape("holds no points")
    if kind == "ascii":
        columns = [sum(counts[:axis]) for axis in axes]
        return Cloud(_read_ascii(body, n_points, columns, text.count("\n") + 2))
    if kind == "binary_compressed":
        columns = _compressed_columns(body, point, n_points)
    elif kind == "binary":
        length = n_points * point.itemsize
        _check_length(len(body), length)
        _check_nothing_left(body[length:])
        points = np.frombuffer(body, point, n_points)
        columns = [points[name] for name in point.names]
    else:
        raise BadShape(f"its data are {kind}, not ascii, binary or binary_compressed")
    return Cloud(np.stack([columns[axis][:, 0] for axis in axes], axis=1).astype(np.float64))


def _number_of_points(header: dict[str, list[str]]) -> int:
    """POINTS, which must be WIDTH x HEIGHT where both are there.

    Raises:
        ValueError: they contradict each other, or are no numbers.
    """
    numbers = {key: int(header[key][0]) for key in ("POINTS", "WIDTH", "HEIGHT") if key in header}
    grid = numbers.get("WIDTH", 0) * numbers.get("HEIGHT", 1)
    if numbers.get("POINTS", grid) != grid and "WIDTH" in numbers:
        raise ValueError(f"{numbers['POINTS']} points, but WIDTH x HEIGHT are {grid}")
    return numbers.get("POINTS", grid)


def _layout(header: dict[str, list[str]], counts: list[int]) -> np.dtype:
    """The binary layout of a point; fields are numbered, for padding fields share the name "_".

    Raises:
        ValueError: there are more or fewer types and sizes than fields.
        TypeError: a type or size is unknown.
    """
    kinds = zip(
        header["FIELDS"], header.get("TYPE", []), header.get("SIZE", []), counts, strict=True
    )
    return np.dtype([(f"{i}", f"<{t.lower()}{s}", (n,)) for i, (_, t, s, n) in enumerate(kinds)])


def _read_ascii(body: bytes, n_points: int, columns: list[int], first: int) -> np.ndarray:
    try:
        rows = Rows(decode(body).split("\n"), first)
    except ValueError as error:
        raise BadShape(str(error)) from None
    if len(rows.lines) != n_points:
        fault = "truncated" if len(rows.lines) < n_points else "too long"
        raise BadShape(
            f"{fault}: {len(rows.lines)} lines for the {n_points} points its header declares"
        )
    return number_table(rows, columns=columns)


def _compressed_columns(body: bytes, point: np.dtype, n_points: int) -> list[np.ndarray]:
    """(n_points, count) for each field: all values of the first come first, then the second's."""
    _check_length(len(body), 8)
    compressed, uncompressed = np.frombuffer(body, "<u4", 2).tolist()
    _check_length(len(body) - 8, compressed)
    _check_nothing_left(body[8 + compressed :])
    length = n_points * point.itemsize
    if uncompressed != length:
        raise BadShape(f"its header declares {length} bytes of points, its data {uncompressed}")
    values = decompress(body[8 : 8 + compressed], length)
    columns, start = [], 0
    for name in point.names:
        kind, (count,) = point[name].subdtype
        columns.append(np.frombuffer(values, kind, n_points * count, start).reshape(-1, count))
        start += n_points * point[name].itemsize
    return columns


def _check_length(length: int, declared: int) -> None:
    if length < declared:
        raise BadShape(f"truncated: {length} of the {declared} bytes its header declares")


def _check_nothing_left(rest: bytes) -> None:
    if rest.strip(b"\0 \r\n\t"):  # PCL fills up to whole pages of memory
        raise BadShape(f"has {len(rest)} bytes more than its header declares")
