"""Generated shapes of everyday classes, which need no files."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import Catalog, ShapeRecord
from inr2vec_core.shapes.formats._base import ShapeFormat
from inr2vec_core.shapes.procedural.classes import CLASSES, PARTS

if TYPE_CHECKING:
    from inr2vec_core.geometry.raw import Mesh

# The shapes of each split are numbered from here, so that asking for more of one split changes
# no shape of another.
FIRST_NUMBER = {"train": 0, "val": 1_000_000, "test": 2_000_000}
MOST = 1_000_000  # shapes of a class and split


class Format(ShapeFormat):
    """Generated meshes; `row` is the shape's number in its class."""

    needs_root: ClassVar[bool] = False
    has_parts: ClassVar[bool] = True
    fixed_splits: ClassVar[bool] = True

    def catalog(self) -> Catalog:
        """List so many generated shapes of each class in each split.

        More shapes of a split leave those already there, and the other splits, as they are.

        Raises:
            InputError: a class is unknown or named twice, or a number is out of range.
        """
        classes = self.classes or CLASSES
        unknown = sorted(set(classes) - set(PARTS))
        if unknown:
            raise InputError(f"no procedural class {unknown[0]!r}: use some of {', '.join(PARTS)}")
        if len(set(classes)) < len(classes):
            raise InputError(f"procedural classes {list(classes)}: name each once")
        records = []
        for (split, first), number in zip(FIRST_NUMBER.items(), self.counts, strict=True):
            if not 0 <= number <= MOST:
                raise InputError(f"{number} {split} shapes a class: ask for 0 to {MOST:,}")
            for class_name in classes:
                for i in range(number):
                    shape_id = f"{class_name}/{split}/{i:06d}"
                    records.append(ShapeRecord(shape_id, class_name, split, "", first + i))
        return Catalog(sorted(records, key=lambda record: record.shape_id), [], 0)

    def read_record(self, record: ShapeRecord) -> Mesh:
        """Generate a shape from the seed, its class and its number."""
        from inr2vec_core.geometry.raw import Mesh
        from inr2vec_core.shapes.procedural.generate import make_shape

        made = make_shape(self.seed, record.class_name, record.row)
        return Mesh(made.vertices, made.faces, made.face_parts, PARTS[record.class_name])
