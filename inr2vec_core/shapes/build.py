"""The shapes of a shard: read once, prepared, copied with augmentation, bad ones set aside."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.frames import Frame
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.geometry.raw import Cloud, Grid, Mesh, Pair
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.io.readers import read_geometry
from inr2vec_core.modalities import modality
from inr2vec_core.shapes.catalog import Rejected, ShapeRecord
from inr2vec_core.shapes.formats.labeled_meshes import read_labeled_mesh
from inr2vec_core.shapes.formats.modelnet_h5 import read_h5_rows
from inr2vec_core.shapes.formats.mvp import MVP_VIEWS
from inr2vec_core.shapes.formats.shapenet_part import labeled_cloud, read_labeled_cloud
from inr2vec_core.shapes.pairing import complete_id
from inr2vec_core.utils.seeding import numpy_stream

Geometry = Cloud | Mesh | Grid | Pair
NO_FRAME = Frame(np.full(3, np.nan), np.nan)
_LABELLED = {"shapenet_part": read_labeled_cloud, "labeled_meshes": read_labeled_mesh}


@dataclass
class ShapeShard:
    """Columns of one shard and its shapes, row by row the same shape, and what was set aside."""

    columns: dict[str, list] = field(default_factory=lambda: {
        name: [] for name in ("shape_id", "class", "split", "source", "augmentation", "form",
                              "occupied", "centre", "scale")
    })  # fmt: skip
    shapes: list[Shape] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def add(
        self, source: ShapeRecord, copy: int, shape: Shape, form: str, frame: Frame | None
    ) -> None:
        """Append a shape; `copy` 0 is the shape itself, others its augmented copies.

        A copy, stretched and normalised anew, has no place in the file's unit.
        """
        centre, scale = frame or NO_FRAME
        values = (
            source.shape_id + (f"@{copy}" if copy else ""),
            source.class_name,
            source.split,
            place(source),
            copy,
            form,
            shape.occupied_share(),
            centre,
            scale,
        )
        for column, value in zip(self.columns.values(), values, strict=True):
            column.append(value)
        self.shapes.append(shape)


def place(source: ShapeRecord) -> str:
    """Where a shape is read from, for people: the file and, in an h5, the row."""
    if not source.path:
        return f"procedural[{source.row}]"
    return source.path if source.row < 0 else f"{source.path}[{source.row}]"


def prepare_shapes(
    sources: Sequence[ShapeRecord],
    settings: ShapeSettings,
    augment_copies: int,
    seed: int,
    reader: str = "folder",
) -> ShapeShard:
    """Read and prepare shapes, normalised to the sphere of their frame.

    Each shape's random stream depends on seed and id alone. Training shapes get
    `augment_copies` augmented copies (paper, Section 4: offline augmentation).

    Args:
        reader: one of `sources.READERS`; it says where the parts of points and faces are, if they
            have any.
    """
    shard, target = ShapeShard(), modality(settings.field)
    for source, geometry in _read(sources, seed, reader):
        try:
            if isinstance(geometry, BadShape):
                raise geometry
            streams = [
                numpy_stream(seed, "cloud", s)
                for s in (source.shape_id, complete_id(source.shape_id))
            ]
            shape, form, frame = target.prepare(geometry, settings, *streams)
            shard.add(source, 0, target.discretize(shape, settings), form, frame)
        except BadShape as error:
            shard.rejected.append(Rejected(source.shape_id, place(source), str(error)))
            continue
        if source.split == "train":
            for copy in range(1, augment_copies + 1):
                rng = numpy_stream(seed, "augment", source.shape_id, copy)
                try:
                    copied = target.discretize(shape.stretched(rng), settings)
                    shard.add(source, copy, copied, form, None)
                except BadShape as error:  # a plate that was stretched too thin for the grid
                    copy_id = f"{source.shape_id}@{copy}"
                    shard.rejected.append(Rejected(copy_id, place(source), str(error)))
    return shard


def _read(
    sources: Sequence[ShapeRecord], seed: int, reader: str
) -> Iterator[tuple[ShapeRecord, Geometry | BadShape]]:
    """Geometry of each source in turn; rows of one h5 file in one read."""
    by_file: dict[str, list[ShapeRecord]] = {}
    for source in sources:
        if source.path and source.row >= 0:
            by_file.setdefault(source.path, []).append(source)
        else:
            yield source, _read_one(source, seed, reader)
    for path, group in by_file.items():
        yield from zip(group, _rows_of(path, group, reader), strict=True)


def _rows_of(path: str, group: list[ShapeRecord], reader: str) -> Iterable:
    """Geometry of some rows of one h5 file."""
    wanted = [source.row for source in group]
    if reader == "mvp":
        return _rows_of_mvp(path, wanted, group[0].whole)
    rows = read_h5_rows(path, wanted)
    if reader == "shapenet_part_h5":
        numbers = read_h5_rows(path, wanted, "pid")
        return (_or_reason(labeled_cloud, *row) for row in zip(rows, numbers, strict=True))
    return map(Cloud if rows.ndim == 3 else Grid, rows)


def _rows_of_mvp(path: str, wanted: list[int], whole: str) -> Iterator[Cloud | Pair]:
    """Complete clouds, or where `whole` names their file partial ones with them."""
    if not whole:
        return map(Cloud, read_h5_rows(path, wanted, "complete_pcds"))
    complete = read_h5_rows(whole, [row // MVP_VIEWS for row in wanted], "complete_pcds")
    partial = read_h5_rows(path, wanted, "incomplete_pcds")
    return (Pair(Cloud(a), Cloud(b)) for a, b in zip(partial, complete, strict=True))


def _read_one(source: ShapeRecord, seed: int, reader: str) -> Geometry | BadShape:
    if source.path:
        read = _LABELLED.get(reader, read_geometry)
        if source.whole:
            return _or_reason(lambda: Pair(_cloud(source.path), read(source.whole)))
        return _or_reason(read, source.path)
    from inr2vec_core.shapes.procedural import PARTS, make_shape

    made = make_shape(seed, source.class_name, source.row)
    return Mesh(made.vertices, made.faces, made.face_parts, PARTS[source.class_name])


def _cloud(path: str) -> Cloud:
    geometry = read_geometry(path)
    if not isinstance(geometry, Cloud):
        raise BadShape(f"{path} is no cloud")
    return geometry


def _or_reason(read: Callable[..., Geometry], *args) -> Geometry | BadShape:
    try:
        return read(*args)
    except BadShape as error:
        return error
