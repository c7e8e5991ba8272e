"""A data set as its config entry describes it: its shapes, their shards, their geometry.

Only the standard library is imported at the top, because the rule files import this module at
every call of Snakemake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.shapes.catalog import Catalog, ShapeRecord
from inr2vec_core.shapes.formats import load_format
from inr2vec_core.shapes.splits import cut_validation

if TYPE_CHECKING:
    from inr2vec_core.geometry.raw import Geometry
    from inr2vec_core.shapes.formats._base import ShapeFormat


@dataclass(frozen=True)
class ShapeDataset:
    """Where the shapes of a data set come from.

    Attributes:
        reader: the data layout: the name of a file in `inr2vec_core/shapes/formats`.
        root: the folder of its files.
        classes: the classes of generated shapes; empty for all.
        counts: training, validation and test shapes of each class, where they are generated.
        validation_fraction: the share of a class's training shapes that becomes the validation
            split where the data set has none.
        test_fraction: the share of a class that becomes the test split, for the layout class/*.
        limit: use only so many complete shapes, drawn by the seed; None uses all.
        side: "complete", or "partial" for partial clouds, which have their complete shapes' splits.
        views: the number of partial clouds of each shape, where the layout has none itself.
        shards: the number of shards that the shapes are spread over.
        seed: the run's seed.
    """

    reader: str
    root: str = ""
    classes: Sequence[str] = ()
    counts: tuple[int, int, int] = (60, 10, 20)
    validation_fraction: float = 0.1
    test_fraction: float | None = None
    limit: int | None = None
    side: str = "complete"
    views: int = 1
    shards: int = 1
    seed: int = 0

    @property
    def format(self) -> ShapeFormat:
        """The data layout.

        Raises:
            InputError: there is no layout of this name.
        """
        layout = load_format(self.reader)
        return layout(self.root, self.classes, self.counts, self.test_fraction, self.seed)

    def catalog(self) -> Catalog:
        """All shapes with their splits, sorted by id.

        Raises:
            InputError: the root or the files in it are not as the layout wants them, there are
                fewer shapes than shards, or the layout lists no `Catalog`.
        """
        layout = self.format
        records, rejected, ignored = self._listed(layout)
        if not layout.fixed_splits:
            records = cut_validation(records, self.validation_fraction, self.seed)
        if self.limit is not None:
            records = self._limited(records)
        if self.side == "partial":
            records = list(layout.partial_records(records, self.views))
        if len(records) < self.shards:
            raise InputError(
                f"{self.root or self.reader}: {len(records)} shapes cannot fill "
                f"{self.shards} shards; set the data set's `shards` to at most that"
            )
        return Catalog(records, rejected, ignored)

    def _listed(self, layout: ShapeFormat) -> Catalog:
        listed = layout.catalog()
        if not isinstance(listed, Catalog) or not isinstance(listed.records, list):
            file = f"inr2vec_core/shapes/formats/{self.reader}.py"
            kind = type(listed).__name__
            raise InputError(
                f"{file}: catalog() returned a {kind}: return Catalog(records, rejected, ignored), "
                "of lists and a number (inr2vec_core/shapes/catalog.py)"
            )
        return listed

    def _limited(self, records: list[ShapeRecord]) -> list[ShapeRecord]:
        from inr2vec_core.shapes.selection import select  # imports NumPy

        drawn = select([record.shape_id for record in records], self.limit, self.seed, "draw")
        return sorted((records[i] for i in drawn), key=lambda record: record.shape_id)

    def shard(self, catalog: Catalog, shard: int) -> list[ShapeRecord]:
        """The shapes of one shard: every `shards`-th of the catalog, from this number on."""
        return catalog.records[shard :: self.shards]

    def files(self, catalog: Catalog, shard: int) -> list[str]:
        """The files that a shard's shapes are read from, sorted."""
        return self.format.files(self.shard(catalog, shard))

    def read(
        self, records: Sequence[ShapeRecord]
    ) -> Iterator[tuple[ShapeRecord, Geometry | BadShape]]:
        """Read the geometry of shapes; see `ShapeFormat.read`."""
        return self.format.read(records)
