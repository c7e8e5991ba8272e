"""Clouds and voxel grids in npy and npz files."""

from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Cloud, Grid
from inr2vec_core.io.readers.voxel_grids import as_grid, read_array, read_npz_array

MOST_COLUMNS = 9  # coordinates, a normal and a color


def read_npy(path: Path) -> Cloud | Grid:
    with path.open("rb") as file:
        return _array_geometry(read_array(file))  # np.load would also open a zip archive


def read_npz(path: Path) -> Cloud | Grid:
    return _array_geometry(read_npz_array(path))


def _array_geometry(array: np.ndarray) -> Cloud | Grid:
    if array.ndim == 3:
        return as_grid(array)
    if array.ndim != 2 or array.shape[1] < 3 or array.dtype.kind != "f":
        raise BadShape(
            f"holds a {array.shape} {array.dtype} array; expected (N, 3) floats, "
            "or a grid of three dimensions"
        )
    if len(array) == 0:
        raise BadShape("holds no points")
    if len(array) < array.shape[1] > MOST_COLUMNS:
        raise BadShape(
            f"holds a {array.shape} array: fewer points than columns; (N, 3) is wanted, a point a "
            "row, so save its transpose if its points are columns"
        )
    return Cloud(array[:, :3].astype(np.float64))
