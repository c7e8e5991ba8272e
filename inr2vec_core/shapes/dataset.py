"""A data set as its config entry describes it: its shapes, their shards, their geometry.

Only the standard library is imported at the top, because the rule files import this module at
every call of Snakemake.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.shapes.catalog import (
    Catalog,
    Rejected,
    ShapeRecord,
    chosen_copies,
    fault_of_path,
    without_bad_names,
    without_names_of_copies,
)
from inr2vec_core.shapes.formats import load_format
from inr2vec_core.shapes.splits import cut_validation
from inr2vec_core.utils.files import depends_on_locale, fault_of_file, last_change
from inr2vec_core.utils.text import printable

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
        copies: the number of augmented copies of each training shape; "auto" chooses it by the
            number of training shapes (`catalog.chosen_copies`), and makes none of partial clouds.
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
    copies: int | str = 0

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
        records, rejected, ignored, _ = self._listed(layout)
        if not layout.fixed_splits:
            records = cut_validation(records, self.validation_fraction, self.seed)
        if self.limit is not None:
            records = self._limited(records)
        if self.side == "partial":
            records, bad = without_bad_names(layout.partial_records(records, self.views))
            rejected = [*rejected, *bad]
        copies = self._copies_of(records)
        records, named_as_copies = without_names_of_copies(records, copies)
        rejected = [*rejected, *named_as_copies]
        if len(records) < self.shards:
            raise InputError(
                f"{self.root or self.reader}: {len(records)} shapes cannot fill "
                f"{self.shards} shards; set the data set's `shards` to at most that"
            )
        return Catalog(records, rejected, ignored, copies)

    def _copies_of(self, records: Sequence[ShapeRecord]) -> int:
        if self.copies != "auto":
            return int(self.copies)
        return 0 if self.side == "partial" else chosen_copies(records)

    def _listed(self, layout: ShapeFormat) -> Catalog:
        """What the layout lists, without shapes whose names cannot be used.

        Raises:
            InputError: the root's own name cannot be used, all shapes have bad names, names would
                depend on the locale, or the layout lists no `Catalog`.
        """
        if fault := fault_of_path(str(self.root)):
            raise InputError(f"root {printable(str(self.root))} {fault}")
        try:
            listed = layout.catalog()
        except InputError as error:  # which may quote names of any kind
            raise InputError(printable(str(error))) from error
        except OSError as error:  # of a folder, most often, that may not be entered
            place, why = error.filename or self.root, error.strerror or str(error)
            raise InputError(printable(f"{os.fsdecode(place)} cannot be read: {why}")) from error
        if not isinstance(listed, Catalog) or not isinstance(listed.records, list):
            file = f"inr2vec_core/shapes/formats/{self.reader}.py"
            kind = type(listed).__name__
            raise InputError(
                f"{file}: catalog() returned a {kind}: return Catalog(records, rejected, ignored), "
                "of lists and a number (inr2vec_core/shapes/catalog.py)"
            )
        paths = [str(self.root), *(record.path for record in listed.records)]
        if path := next((path for path in paths if depends_on_locale(path)), None):
            raise InputError(
                f"{printable(path)} has letters that depend on the locale, whose encoding is "
                f"{sys.getfilesystemencoding()}: set LC_ALL=C.UTF-8 or PYTHONUTF8=1"
            )
        records, rejected = without_bad_names(listed.records)
        # A layout's own may have any name, which tables and the screen shall take as well.
        told = [Rejected(*map(printable, astuple(bad))) for bad in listed.rejected]
        rejected = [*told, *rejected]
        if rejected and not records:
            first = rejected[0]
            raise InputError(
                f"{self.root}: all of its {len(rejected)} shapes are set aside, the first is "
                f"{printable(first.source_file)}: {printable(first.reason)}"
            )
        return Catalog(records, rejected, listed.ignored)

    def _limited(self, records: list[ShapeRecord]) -> list[ShapeRecord]:
        from inr2vec_core.shapes.selection import select  # imports NumPy

        drawn = select([record.shape_id for record in records], self.limit, self.seed, "draw")
        return sorted((records[i] for i in drawn), key=lambda record: record.shape_id)

    def shard(self, catalog: Catalog, shard: int) -> list[ShapeRecord]:
        """The shapes of one shard: every `shards`-th of the catalog, from this number on."""
        return catalog.records[shard :: self.shards]

    def files(self, catalog: Catalog, shard: int) -> list[str]:
        """The files that a shard's shapes are read from and that a workflow can watch, sorted.

        Others are in `unwatched`.
        """
        files = self.format.files(self.shard(catalog, shard))
        return [path for path in files if _why_unwatched(path) is None]

    def unwatched(self, catalog: Catalog, shard: int) -> dict[str, str]:
        """The other files of a shard's shapes, each with what changes when it does.

        A workflow stops at an input that is no file, or whose date is to come: what it makes of
        that seems older at once. Shapes whose files cannot be read are set aside when they are
        read; those with a date to come are read. When that date has come, the file is watched, and
        its shard made once more.
        """
        files = self.format.files(self.shard(catalog, shard))
        states = {path: _why_unwatched(path) for path in files}
        return {path: state for path, state in states.items() if state is not None}

    def read(
        self, records: Sequence[ShapeRecord]
    ) -> Iterator[tuple[ShapeRecord, Geometry | BadShape]]:
        """Read the geometry of shapes; see `ShapeFormat.read`."""
        return self.format.read(records)


def _why_unwatched(path: str) -> str | None:
    """Why a workflow cannot watch a file, in words that change with the file; None if it can."""
    if fault := fault_of_file(path):
        return fault
    try:
        changed = last_change(path)
    except OSError:
        return "is missing"  # since a moment
    return f"changed at {changed!r}" if changed > time.time() else None
