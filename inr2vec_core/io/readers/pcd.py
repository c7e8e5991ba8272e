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
        BadShape: the header is missing or cut short, points are missing, or there are none.
        Exception: of other kinds, where header and data contradict each other.
    """
    parts = re.split(rb"^DATA +(\w+)\r?\n", path.read_bytes(), maxsplit=1, flags=re.MULTILINE)
    if len(parts) < 3:
        raise BadShape("no PCD header, or one cut short")
    text, kind, body = parts[0].decode("utf-8", errors="replace"), parts[1].decode(), parts[2]
    header = {key: values for key, *values in map(str.split, text.splitlines()) if values}
    n_points = int(header["POINTS"][0])
    if n_points < 1:
        raise BadShape("holds no points")
    fields = header["FIELDS"]
    counts = [int(count) for count in header.get("COUNT", ["1"] * len(fields))]
    columns = [fields.index(axis) for axis in "xyz"]
    if kind == "ascii":
        axes = [sum(counts[:column]) for column in columns]
        return Cloud(_read_ascii(body, n_points, axes, text.count("\n") + 2))
    types = zip(header["TYPE"], header["SIZE"], counts, strict=True)
    # Fields are numbered, not named: padding fields share the name "_".
    point = np.dtype([(f"{i}", f"<{t.lower()}{s}", (n,)) for i, (t, s, n) in enumerate(types)])
    if kind == "binary_compressed":
        return Cloud(_read_compressed(path, body, n_points * point.itemsize))
    _check_length(len(body), n_points * point.itemsize)
    points = np.frombuffer(body, point, n_points)
    axes = [points[f"{column}"][:, 0] for column in columns]
    return Cloud(np.stack(axes, axis=1).astype(np.float64))


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
