"""The place of shapes in an HDF5 shard."""

from collections.abc import Sequence

import h5py
import numpy as np

from inr2vec_core.geometry.shapes import CloudShape, MeshShape, PartLabels, Shape, VoxelShape
from inr2vec_core.io.hdf5 import read_strings


def shape_columns(shapes: Sequence[Shape], form: type) -> dict[str, np.ndarray | list[str]]:
    """Columns of a shard, as `read_shapes` reads them; grids are packed into bits.

    Clouds of which some have parts give `parts` (N, n) int16, -1 in the rows of those that have
    none, and `part_names`, which is no column: the names that occur, sorted.
    """
    if form is MeshShape:
        return {
            "vertices": _stacked([s.vertices for s in shapes], np.float32),
            "vertex_start": _starts([s.vertices for s in shapes]),
            "faces": _stacked([s.faces for s in shapes], np.int32),
            "face_start": _starts([s.faces for s in shapes]),
            "closed": np.array([s.closed for s in shapes], bool),
        }
    if form is VoxelShape:
        grids = np.array([s.grid for s in shapes], bool)
        resolution = grids.shape[1] if shapes else 0
        return {
            "voxels": np.packbits(grids.reshape(len(shapes), -1), axis=1) if shapes
            else np.empty((0, 0), np.uint8),
            "resolution": np.full(len(shapes), resolution, np.int32),
        }  # fmt: skip
    points = np.array([s.points for s in shapes], np.float32)
    columns = {"points": points if shapes else np.empty((0, 0, 3), np.float32)}
    return columns | _part_columns([s.parts for s in shapes], points.shape[:2])


def read_shapes(file: h5py.File, rows: np.ndarray) -> np.ndarray:
    """Shapes of some rows, ascending and different, of an open shard: (n,) array of objects."""
    out = np.empty(len(rows), object)
    if len(rows) == 0:
        return out
    if "points" in file:
        clouds = zip(read_rows(file["points"], rows), _read_parts(file, rows), strict=True)
        for i, (points, parts) in enumerate(clouds):
            out[i] = CloudShape(points, parts)
    elif "voxels" in file:
        resolution = read_rows(file["resolution"], rows)
        for i, (bits, r) in enumerate(
            zip(read_rows(file["voxels"], rows), resolution, strict=True)
        ):
            out[i] = VoxelShape(np.unpackbits(bits, count=r**3).reshape(r, r, r).astype(bool))
    else:
        vertex, face, closed = (file[k][:] for k in ("vertex_start", "face_start", "closed"))
        for i, row in enumerate(rows):
            out[i] = MeshShape(
                file["vertices"][vertex[row] : vertex[row + 1]],
                file["faces"][face[row] : face[row + 1]],
                bool(closed[row]),
            )
    return out


def read_rows(dataset: h5py.Dataset, rows: np.ndarray) -> np.ndarray:
    """Sorted rows; one contiguous read where they are dense, which HDF5 serves far faster."""
    first, last = int(rows[0]), int(rows[-1]) + 1
    if last - first <= 4 * len(rows):
        return dataset[first:last][rows - first]
    return dataset[rows]


def _part_columns(
    labels: Sequence[PartLabels | None], size: tuple[int, int]
) -> dict[str, np.ndarray | list[str]]:
    if all(parts is None for parts in labels):
        return {}
    used = {parts.names[k] for parts in labels if parts for k in np.unique(parts.index)}
    names = sorted(used)
    number = {name: k for k, name in enumerate(names)}
    columns = np.full(size, -1, np.int16)
    for row, parts in zip(columns, labels, strict=True):
        if parts is not None:
            row[:] = np.array([number.get(name, -1) for name in parts.names])[parts.index]
    return {"parts": columns, "part_names": names}


def _read_parts(file: h5py.File, rows: np.ndarray) -> list[PartLabels | None]:
    if "parts" not in file:
        return [None] * len(rows)
    names = tuple(read_strings(file["part_names"]))
    labels = read_rows(file["parts"], rows)
    return [PartLabels(names, index) if index[0] >= 0 else None for index in labels]


def _stacked(parts: Sequence[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate([np.empty((0, 3), dtype), *parts]).astype(dtype, copy=False)


def _starts(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.cumsum([0, *map(len, parts)])
