"""The shapes of a shard: read once, prepared, copied with augmentation, bad ones set aside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from .errors import BadShape
from .geometry import Shape, VoxelShape
from .preparation import ShapeSettings, augmented, discretise, prepare
from .readers import Cloud, Grid, Mesh, read_geometry, read_h5_rows
from .seeding import numpy_stream
from .sources import Rejected, Source


@dataclass
class ShapeShard:
    """Columns of one shard and its shapes, row by row the same shape, and what was set aside."""

    columns: dict[str, list] = field(default_factory=lambda: {
        name: [] for name in ("shape_id", "class", "split", "source", "augmentation", "form",
                              "occupied")
    })  # fmt: skip
    shapes: list[Shape] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def add(self, source: Source, copy: int, shape: Shape, form: str) -> None:
        """Append a shape; `copy` 0 is the shape itself, others its augmented copies."""
        values = (
            source.shape_id + (f"@{copy}" if copy else ""),
            source.class_name,
            source.split,
            place(source),
            copy,
            form,
            float(shape.grid.mean()) if isinstance(shape, VoxelShape) else np.nan,
        )
        for column, value in zip(self.columns.values(), values, strict=True):
            column.append(value)
        self.shapes.append(shape)


def place(source: Source) -> str:
    """Where a shape is read from, for people: the file and, in an h5, the row."""
    if not source.path:
        return f"procedural[{source.row}]"
    return source.path if source.row < 0 else f"{source.path}[{source.row}]"


def prepare_shapes(
    sources: Sequence[Source], settings: ShapeSettings, augment_copies: int, seed: int
) -> ShapeShard:
    """Read and prepare shapes, normalised to the unit sphere.

    Each shape's random stream depends on seed and id alone. Training shapes get
    `augment_copies` augmented copies (paper, Section 4: offline augmentation).
    """
    shard = ShapeShard()
    for source, geometry in _read(sources, seed):
        try:
            if isinstance(geometry, BadShape):
                raise geometry
            rng = numpy_stream(seed, "cloud", source.shape_id)
            shape, form = prepare(geometry, settings, rng)
            shard.add(source, 0, discretise(shape, settings), form)
        except BadShape as error:
            shard.rejected.append(Rejected(source.shape_id, place(source), str(error)))
            continue
        if source.split == "train":
            for copy in range(1, augment_copies + 1):
                rng = numpy_stream(seed, "augment", source.shape_id, copy)
                try:
                    shard.add(source, copy, discretise(augmented(shape, rng), settings), form)
                except BadShape as error:  # a plate that was stretched too thin for the grid
                    copy_id = f"{source.shape_id}@{copy}"
                    shard.rejected.append(Rejected(copy_id, place(source), str(error)))
    return shard


def _read(
    sources: Sequence[Source], seed: int
) -> Iterator[tuple[Source, Cloud | Mesh | Grid | BadShape]]:
    """Geometry of each source in turn; rows of one h5 file in one read."""
    by_file: dict[str, list[Source]] = {}
    for source in sources:
        if source.path and source.row >= 0:
            by_file.setdefault(source.path, []).append(source)
        else:
            yield source, _read_one(source, seed)
    for path, group in by_file.items():
        rows = read_h5_rows(path, [source.row for source in group])
        kind = Cloud if rows.ndim == 3 else Grid
        yield from ((source, kind(row)) for source, row in zip(group, rows, strict=True))


def _read_one(source: Source, seed: int) -> Cloud | Mesh | Grid | BadShape:
    try:
        if source.path:
            return read_geometry(source.path)
        from .procedural import make_shape

        made = make_shape(seed, source.class_name, source.row)
        return Mesh(made.vertices, made.faces, made.face_parts)
    except BadShape as error:
        return error
