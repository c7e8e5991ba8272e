"""Point clouds in PCD files.

Open3D reads the compressed kind only, after a check of its length. From a truncated header or
text, Open3D would read uninitialized memory: it returns random points, or its allocation ends the
whole process.
"""

import re
from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Cloud
from inr2vec_core.io.readers.number_table import Rows, number_table
from inr2vec_core.utils.text import decode


def read_pcd(path: Path) -> Cloud:
    """Read an ascii, binary or binary_compressed PCD file.

    Args:
        path: the file to read.

    Returns:
        The cloud.

    Raises:
        BadShape: the header is missing, cut short or contradicts itself, points are missing, or
            there are none.
    """
    parts = re.split(rb"^DATA +(\w+)\r?\n", path.read_bytes(), maxsplit=1, flags=re.MULTILINE)
    if len(parts) < 3:
        raise BadShape("no PCD header, or one cut short")
    text, kind, body = parts[0].decode("utf-8", errors="replace"), parts[1].decode(), parts[2]
    header = {key: values for key, *values in map(str.split, text.splitlines()) if values}
    fields = header.get("FIELDS", [])
    if not set("xyz") <= set(fields):
        raise BadShape(f"its fields are {', '.join(fields) or 'not named'}: x, y and z are needed")
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
        return Cloud(_read_compressed(path, body, n_points * point.itemsize))
    if kind != "binary":
        raise BadShape(f"its data are {kind}, not ascii, binary or binary_compressed")
    _check_length(len(body), n_points * point.itemsize)
    points = np.frombuffer(body, point, n_points)
    columns = [points[f"{axis}"][:, 0] for axis in axes]
    return Cloud(np.stack(columns, axis=1).astype(np.float64))


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


def _read_compressed(path: Path, body: bytes, length: int) -> np.ndarray:
    _check_length(len(body), 8)
    compressed, uncompressed = np.frombuffer(body, "<u4", 2).tolist()
    _check_length(len(body) - 8, compressed)
    if uncompressed != length:
        raise BadShape(f"its header declares {length} bytes of points, its data {uncompressed}")
    import open3d as o3d  # takes two seconds to import

    with o3d.utility.VerbosityContextManager(o3d.utility.VerbosityLevel.Error):
        cloud = o3d.io.read_point_cloud(str(path), format="pcd")
    if len(cloud.points) == 0:
        raise BadShape("its compressed points cannot be read")
    return np.array(cloud.points, np.float64)


def _check_length(length: int, declared: int) -> None:
    if length < declared:
        raise BadShape(f"truncated: {length} of the {declared} bytes its header declares")
