"""The place of shapes in an HDF5 shard.

Clouds and grids of a data set have one size and are rows of one array. Meshes differ: their
vertices and faces lie one mesh after another, and `*_start` says where each begins. Parts of a
cloud's points are rows as well, of numbers whose names the shard holds once, in `part_names`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import h5py
import numpy as np

from inr2vec_core.geometry.shapes import CloudShape, MeshShape, PartLabels, Shape, VoxelShape
from inr2vec_core.io.hdf5 import read_strings

Columns = dict[str, np.ndarray | list[str]]


def shape_columns(shapes: Sequence[Shape], shape_class: type[Shape]) -> Columns:
    """Columns of a shard, as `read_shapes` reads them; grids are packed into bits.

    Clouds of which some have parts give `parts` (N, n) int16, -1 in the rows of those that have
    none, and `part_names`, which is no column: the names that occur, sorted.

    Args:
        shapes: shapes of one form; there may be none.
        shape_class: their form.
    """
    return _LAYOUTS[shape_class].pack(shapes)


def read_shapes(file: h5py.File, rows: np.ndarray) -> np.ndarray:
    """Shapes of some rows of a shard.

    Args:
        file: the open shard.
        rows: ascending and different.

    Returns:
        (n,) array of shapes.
    """
    out = np.empty(len(rows), object)
    if len(rows):
        layout = next(layout for layout in _LAYOUTS.values() if layout.column in file)
        out[:] = list(layout.read(file, rows))
    return out


def shapes_of_columns(columns: Columns) -> list[Shape]:
    """The shapes that `shape_columns` made columns of."""
    layout = next(layout for layout in _LAYOUTS.values() if layout.column in columns)
    n = len(columns["closed"] if layout.column == "vertices" else columns[layout.column])
    return list(layout.read(columns, np.arange(n))) if n else []


def read_rows(dataset: h5py.Dataset, rows: np.ndarray) -> np.ndarray:
    """Rows of a column, read at once where they are dense, else chunk by chunk.

    HDF5 itself picks single rows of chunks many times slower.

    Args:
        dataset: the column.
        rows: ascending and different, at least one.
    """
    first, last = int(rows[0]), int(rows[-1]) + 1
    if last - first <= 4 * len(rows):
        return dataset[first:last][rows - first]
    size = dataset.chunks[0] if dataset.chunks else len(dataset)
    found = np.empty((len(rows), *dataset.shape[1:]), dataset.dtype)
    for start in np.unique(rows // size) * size:
        wanted = slice(*np.searchsorted(rows, (start, start + size)))
        inside = rows[wanted]
        found[wanted] = dataset[inside[0] : inside[-1] + 1][inside - inside[0]]
    return found


def _pack_clouds(shapes: Sequence[CloudShape]) -> Columns:
    points = np.array([s.points for s in shapes], np.float32)
    columns = {"points": points if shapes else np.empty((0, 0, 3), np.float32)}
    return columns | _part_columns([s.parts for s in shapes], points.shape[:2])


def _read_clouds(file: h5py.File, rows: np.ndarray) -> Iterator[CloudShape]:
    return map(CloudShape, read_rows(file["points"], rows), _read_parts(file, rows))


def _pack_meshes(shapes: Sequence[MeshShape]) -> Columns:
    return {
        "vertices": _stacked([s.vertices for s in shapes], np.float32),
        "vertex_start": _starts([s.vertices for s in shapes]),
        "faces": _stacked([s.faces for s in shapes], np.int32),
        "face_start": _starts([s.faces for s in shapes]),
        "closed": np.array([s.closed for s in shapes], bool),
    }


def _read_meshes(file: h5py.File, rows: np.ndarray) -> Iterator[MeshShape]:
    vertex, face, closed = (file[k][:] for k in ("vertex_start", "face_start", "closed"))
    vertices, faces = file["vertices"], file["faces"]  # opened once: each has a cache of chunks
    for row in rows:
        yield MeshShape(
            vertices[vertex[row] : vertex[row + 1]],
            faces[face[row] : face[row + 1]],
            bool(closed[row]),
        )


def _pack_voxels(shapes: Sequence[VoxelShape]) -> Columns:
    grids = np.array([s.grid for s in shapes], bool)
    resolution = grids.shape[1] if shapes else 0
    bits = np.packbits(grids.reshape(len(shapes), -1), axis=1) if shapes else None
    return {
        "voxels": np.empty((0, 0), np.uint8) if bits is None else bits,
        "resolution": np.full(len(shapes), resolution, np.int32),
    }


def _read_voxels(file: h5py.File, rows: np.ndarray) -> Iterator[VoxelShape]:
    columns = (read_rows(file[name], rows) for name in ("voxels", "resolution"))
    for bits, r in zip(*columns, strict=True):
        yield VoxelShape(np.unpackbits(bits, count=r**3).reshape(r, r, r).astype(bool))


@dataclass(frozen=True)
class _Layout:
    """How shapes of one form are stored; `column` is one that no other form has."""

    column: str
    pack: Callable[[Sequence[Shape]], Columns]
    read: Callable[[h5py.File, np.ndarray], Iterator[Shape]]


_LAYOUTS = {
    CloudShape: _Layout("points", _pack_clouds, _read_clouds),
    MeshShape: _Layout("vertices", _pack_meshes, _read_meshes),
    VoxelShape: _Layout("voxels", _pack_voxels, _read_voxels),
}


def _part_columns(labels: Sequence[PartLabels | None], size: tuple[int, int]) -> Columns:
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
    names = file["part_names"]
    names = tuple(names if isinstance(names, list) else read_strings(names))
    labels = read_rows(file["parts"], rows)
    return [PartLabels(names, index) if index[0] >= 0 else None for index in labels]


def _stacked(parts: Sequence[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate([np.empty((0, 3), dtype), *parts]).astype(dtype, copy=False)


def _starts(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.cumsum([0, *map(len, parts)])
