"""The shapes of a shard: prepared, copied with augmentation, bad ones set aside."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.frames import Frame
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.geometry.raw import Geometry
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.io.copies import copy_id
from inr2vec_core.modalities import modality
from inr2vec_core.shapes.catalog import Rejected, ShapeRecord
from inr2vec_core.shapes.pairing import complete_id
from inr2vec_core.utils.seeding import numpy_stream
from inr2vec_core.utils.text import printable

NO_FRAME = Frame(np.full(3, np.nan), np.nan)
COLUMNS = (
    "shape_id", "class", "split", "source_file", "augmentation", "preparation", "occupied",
    "center", "scale",
)  # fmt: skip


@dataclass
class ShapeShard:
    """The shapes of one shard.

    Attributes:
        columns: what is known of each shape, one list for each of `COLUMNS`.
        shapes: the shapes, in the order of the columns' rows.
        rejected: the shapes that were set aside.
    """

    columns: dict[str, list] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    shapes: list[Shape] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def add(
        self, record: ShapeRecord, copy: int, shape: Shape, preparation: str, frame: Frame | None
    ) -> None:
        """Append a shape.

        Args:
            record: the shape that was read.
            copy: 0 for the shape itself, from 1 on for its augmented copies.
            shape: the shape or its copy.
            preparation: how it was prepared, as `Prepared.preparation`.
            frame: its frame in the unit of its file. None for a grid that was read, which has
                none, and for a copy, which is stretched and normalized anew.
        """
        center, scale = frame or NO_FRAME
        values = (
            copy_id(record.shape_id, copy),
            record.class_name,
            record.split,
            record.source_file,
            copy,
            preparation,
            shape.occupied_share(),
            center,
            scale,
        )
        for column, value in zip(self.columns.values(), values, strict=True):
            column.append(value)
        self.shapes.append(shape)

    def typed_columns(self) -> dict[str, np.ndarray | list[str]]:
        """The columns as `write_shard` takes them: lists of text, arrays of numbers.

        Returns:
            A copy of `columns`, n rows each; `augmentation` int32, `center` (n, 3) float64,
            `occupied` and `scale` float64.
        """
        columns = dict(self.columns)
        columns["augmentation"] = np.array(columns["augmentation"], np.int32)
        columns["center"] = np.array(columns["center"], np.float64).reshape(-1, 3)
        for name in ("occupied", "scale"):
            columns[name] = np.array(columns[name], np.float64)
        return columns


@dataclass
class PreparedRecord:
    """What became of one record.

    Attributes:
        record: the record.
        shapes: the shape and its copies; empty where it was set aside.
        copies: the number of each, 0 for the shape itself; see `ShapeShard.add`.
        preparation: how it was prepared.
        frame: its frame; None for a grid that was read.
        rejected: the shape, or those of its copies, that were set aside.
    """

    record: ShapeRecord
    shapes: list[Shape] = field(default_factory=list)
    copies: list[int] = field(default_factory=list)
    preparation: str = ""
    frame: Frame | None = None
    rejected: list[Rejected] = field(default_factory=list)

    @classmethod
    def set_aside(cls, record: ShapeRecord, reason: str) -> "PreparedRecord":
        """A record without a shape, for a reason."""
        bad = Rejected(record.shape_id, record.source_file, printable(reason))  # of one line
        return cls(record, rejected=[bad])


def prepare_record(
    record: ShapeRecord,
    geometry: Geometry | BadShape,
    settings: ShapeSettings,
    augment_copies: int,
    seed: int,
) -> PreparedRecord:
    """Prepare a shape and its copies, normalized to the sphere of its frame.

    The random stream of each depends on the seed and its id alone. Training shapes get augmented
    copies (paper, Section 4: offline augmentation); grids that are read, which cannot be
    stretched, get none.

    Args:
        record: the shape.
        geometry: what was read of it, or why nothing was.
        settings: how the data set wants its shapes.
        augment_copies: the number of copies of each training shape.
        seed: the run's seed.
    """
    target = modality(settings.field)
    streams = [
        numpy_stream(seed, "cloud", shape_id)
        for shape_id in (record.shape_id, complete_id(record.shape_id))
    ]
    try:
        if isinstance(geometry, BadShape):
            raise geometry
        shape, preparation, frame = target.prepare(geometry, settings, *streams)
        first = target.discretize(shape, settings)
    except BadShape as error:
        return PreparedRecord.set_aside(record, str(error))
    prepared = PreparedRecord(record, [first], [0], preparation, frame)
    copied = record.split == "train" and shape.can_be_stretched
    for copy in range(1, (augment_copies if copied else 0) + 1):
        rng = numpy_stream(seed, "augment", record.shape_id, copy)
        try:
            prepared.shapes.append(target.discretize(shape.stretched(rng), settings))
            prepared.copies.append(copy)
        except BadShape as error:  # a plate that was stretched too thin for the grid
            bad_id = copy_id(record.shape_id, copy)
            prepared.rejected.append(Rejected(bad_id, record.source_file, str(error)))
    return prepared


def collect(prepared: Iterable[PreparedRecord]) -> ShapeShard:
    """The shapes of a shard in the order they come, each followed by its copies."""
    shard = ShapeShard()
    for one in prepared:
        for copy, shape in zip(one.copies, one.shapes, strict=True):
            shard.add(one.record, copy, shape, one.preparation, None if copy else one.frame)
        shard.rejected += one.rejected
    return shard


def prepare_shapes(
    read: Iterable[tuple[ShapeRecord, Geometry | BadShape]],
    settings: ShapeSettings,
    augment_copies: int,
    seed: int,
) -> ShapeShard:
    """Prepare shapes in this process; see `prepare_record`.

    Args:
        read: the shapes and their geometry, as `ShapeDataset.read` or `ShapeFormat.read` yield
            them.
        settings: how the data set wants its shapes.
        augment_copies: the number of copies of each training shape.
        seed: the run's seed.

    Returns:
        The shapes in the order they were read, each followed by its copies.
    """
    return collect(
        prepare_record(record, geometry, settings, augment_copies, seed)
        for record, geometry in read
    )
