"""Voxel grids in binvox, h5 and npz files. Nothing is ever unpickled.

Values stay as in the file; `geometry.voxels.place_grid` converts them to occupancy.
"""

import re
import zipfile
from pathlib import Path
from typing import BinaryIO

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Grid

_NPZ_NAMES = ("voxels", "occupancies", "points")
_MAX_SIDE = 4096  # keeps a corrupt header from asking for more memory than there is


def read_binvox(path: Path) -> Grid:
    """Read a binvox file (https://www.patrickmin.com/binvox/binvox.html).

    The format's `translate` and `scale` are ignored: a grid is placed by its voxels alone.

    Args:
        path: the file to read, in which y varies fastest, then z, then x.

    Returns:
        A grid of bool.

    Raises:
        BadShape: there is no header, or the runs do not add up to the declared number of voxels.
    """
    header, end, body = path.read_bytes().partition(b"\ndata\n")
    if not header.startswith(b"#binvox") or not end:
        raise BadShape("no binvox header, or one cut short")
    sides = re.search(rb"^\s*dim\s+(\d+)\s+(\d+)\s+(\d+)\s*$", header, re.MULTILINE)
    if sides is None:
        raise BadShape("its binvox header has no line 'dim X Z Y'")
    x, z, y = (int(side) for side in sides.groups())
    if not all(0 < side <= _MAX_SIDE for side in (x, y, z)):
        raise BadShape(f"its header declares {x} x {z} x {y} voxels: sides go up to {_MAX_SIDE}")
    runs = np.frombuffer(body[: len(body) // 2 * 2], np.uint8).reshape(-1, 2)
    lengths = runs[:, 1].astype(np.int64)
    if lengths.sum() < x * y * z:
        raise BadShape(f"truncated: {lengths.sum()} of the {x * y * z} voxels its header declares")
    if lengths.sum() > x * y * z or len(body) % 2:
        raise BadShape(f"has more than the {x * y * z} voxels its header declares")
    if (runs[:, 0] > 1).any():
        raise BadShape(f"a run of voxels has the value {runs[:, 0].max()}, neither 0 nor 1")
    voxels = np.repeat(runs[:, 0].astype(bool), lengths).reshape(x, z, y)
    return Grid(np.ascontiguousarray(voxels.transpose(0, 2, 1)))


def read_h5_grid(path: Path) -> Grid:
    """Read the data set `voxels` of an h5 file, or its only one of three dimensions.

    Args:
        path: the file to read.

    Returns:
        The grid, with the values of the file.

    Raises:
        BadShape: there is no such data set, or more than one.
        OSError: the file is not an h5 file, or it is truncated.
    """
    import h5py

    with h5py.File(path, "r") as h5:
        names = ["voxels"] if "voxels" in h5 else list(h5)
        found = [h5[name] for name in names if getattr(h5[name], "ndim", 0) == 3]
        if len(found) != 1:
            raise BadShape(
                f"holds {len(found)} data sets of 3 dimensions among {', '.join(h5) or 'nothing'}: "
                "name the grid voxels"
            )
        return as_grid(found[0][:])


def read_npz_array(path: Path) -> np.ndarray:
    """Read the only array of an npz file, or the one named voxels, occupancies or points.

    Args:
        path: the file to read.

    Returns:
        The array, as it is.

    Raises:
        BadShape: it is unclear which array is the shape, or it cannot be read.
        BadZipFile: the file is truncated or corrupt.
    """
    # np.load would also open a pickle under this name.
    with zipfile.ZipFile(path) as archive:
        names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
        shapes = names if len(names) == 1 else [name for name in _NPZ_NAMES if name in names]
        if len(shapes) != 1:
            raise BadShape(
                f"holds {', '.join(names) or 'no arrays'}: keep one array, or name just one of "
                f"them {' or '.join(_NPZ_NAMES)}"
            )
        with archive.open(f"{shapes[0]}.npy") as file:
            return read_array(file)


def read_array(file: BinaryIO) -> np.ndarray:
    """Read an array in NumPy's format.

    Args:
        file: an open npy file, or one in an archive.

    Raises:
        BadShape: the file is no such array or is cut short, or holds Python objects.
    """
    try:
        return np.lib.format.read_array(file, allow_pickle=False)
    except ValueError as error:
        text = str(error).partition("\n")[0]  # the rest advises to trust the file
    if "Object arrays" in text:
        raise BadShape("holds Python objects, which are never read: save an array of floats")
    if "magic string is not correct" in text:
        raise BadShape("is no array in NumPy's format")
    if "could only read" in text or text.startswith("EOF"):
        raise BadShape(f"truncated: {text.split('. (', 1)[0]}")
    raise BadShape(f"its header cannot be read: {text}")


def as_grid(array: np.ndarray) -> Grid:
    """Wrap an array as a grid.

    Args:
        array: an array of three dimensions.

    Raises:
        BadShape: the values are not numbers, the array is empty, or it is a batch of clouds.
    """
    if array.dtype.kind not in "biuf" or array.size == 0:
        raise BadShape(f"holds a {array.shape} {array.dtype} array; expected a grid of numbers")
    sides_as_clouds = 3 in array.shape[1:] or 1 in array.shape
    if array.dtype.kind == "f" and sides_as_clouds and not np.isin(array, (0, 1)).all():
        raise BadShape(
            f"holds a {array.shape} array of coordinates: a batch of clouds, not a voxel grid; "
            "save each cloud in a file of its own, as (N, 3)"
        )
    return Grid(array)
