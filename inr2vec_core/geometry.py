"""The three forms of a prepared shape, in the unit sphere or cube, and their place in a shard.

Clouds and grids of a data set have one size and are rows of one array. Meshes differ: their
vertices and faces lie one mesh after another, and `*_start` says where each begins. Parts of a
cloud's points are rows as well, of numbers whose names the shard tells once, in `part_names`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import h5py
import numpy as np

from .clouds import Surface
from .meshes import SignedDistance
from .readers import Mesh
from .storage import text
from .voxels import occupied_centroids


@dataclass(frozen=True)
class PartLabels:
    """The part of each point of a cloud: `index` (n,) int16 into `names`.

    A name is one of the shape's class: the "leg" of a chair and that of a table are two parts.
    Of `names` some may be no point's, for all clouds of a shard share one tuple.
    """

    names: tuple[str, ...]
    index: np.ndarray


@dataclass(frozen=True)
class CloudShape:
    """Points (n, 3) float32, and their parts where they are known."""

    points: np.ndarray
    parts: PartLabels | None = None


@dataclass(frozen=True)
class MeshShape:
    """Vertices (V, 3) float32, faces (F, 3) int32, counter-clockwise seen from outside.

    `closed` says that the surface bounds a volume, so that counting its crossings along a ray
    tells inside from outside; otherwise winding numbers do.
    """

    vertices: np.ndarray
    faces: np.ndarray
    closed: bool = True

    def signed_distance(self) -> SignedDistance:
        """The signed distance to the surface. Not to be kept: a process may have 1,000 of them."""
        return SignedDistance(self.vertices, self.faces, self.closed)

    def surface(self) -> Surface:
        """The surface to draw points from, three times as large as the mesh."""
        return Surface(Mesh(self.vertices, self.faces))


@dataclass(frozen=True)
class VoxelShape:
    """Occupancy (R, R, R) bool of the cubes that [-1, 1]^3 is cut into; the axes are x, y, z."""

    grid: np.ndarray


Shape = CloudShape | MeshShape | VoxelShape


def bounds(shape: Shape) -> np.ndarray:
    """The lowest and highest x, y, z of a shape: (6,)."""
    if isinstance(shape, VoxelShape):
        points = occupied_centroids(shape.grid)
    else:
        points = shape.points if isinstance(shape, CloudShape) else shape.vertices
    return np.concatenate([points.min(0), points.max(0)])


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
    names = tuple(text(file["part_names"]))
    labels = read_rows(file["parts"], rows)
    return [PartLabels(names, index) if index[0] >= 0 else None for index in labels]


def _stacked(parts: Sequence[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate([np.empty((0, 3), dtype), *parts]).astype(dtype, copy=False)


def _starts(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.cumsum([0, *map(len, parts)])
