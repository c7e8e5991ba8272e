"""The shapes of a shard: prepared, copied with augmentation, bad ones set aside."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.frames import Frame
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.geometry.raw import Geometry
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.modalities import modality
from inr2vec_core.shapes.catalog import Rejected, ShapeRecord
from inr2vec_core.shapes.pairing import complete_id
from inr2vec_core.utils.seeding import numpy_stream

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
            record.shape_id + (f"@{copy}" if copy else ""),
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


def prepare_shapes(
    read: Iterable[tuple[ShapeRecord, Geometry | BadShape]],
    settings: ShapeSettings,
    augment_copies: int,
    seed: int,
) -> ShapeShard:
    """Prepare shapes, normalized to the sphere of their frame.

    The random stream of each shape depends on the seed and its id alone. Training shapes get
    augmented copies (paper, Section 4: offline augmentation).

    Args:
        read: the shapes and their geometry, as `ShapeDataset.read` or `ShapeFormat.read` yield
            them.
        settings: how the data set wants its shapes.
        augment_copies: the number of copies of each training shape.
        seed: the run's seed.

    Returns:
        The shapes in the order they were read, each followed by its copies.
    """
    shard, target = ShapeShard(), modality(settings.field)
    for record, geometry in read:
        try:
            if isinstance(geometry, BadShape):
                raise geometry
            streams = [
                numpy_stream(seed, "cloud", shape_id)
                for shape_id in (record.shape_id, complete_id(record.shape_id))
            ]
            shape, preparation, frame = target.prepare(geometry, settings, *streams)
            shard.add(record, 0, target.discretize(shape, settings), preparation, frame)
        except BadShape as error:
            shard.rejected.append(Rejected(record.shape_id, record.source_file, str(error)))
            continue
        if record.split == "train":
            for copy in range(1, augment_copies + 1):
                rng = numpy_stream(seed, "augment", record.shape_id, copy)
                try:
                    copied = target.discretize(shape.stretched(rng), settings)
                    shard.add(record, copy, copied, preparation, None)
                except BadShape as error:  # a plate that was stretched too thin for the grid
                    copy_id = f"{record.shape_id}@{copy}"
                    shard.rejected.append(Rejected(copy_id, record.source_file, str(error)))
    return shard
