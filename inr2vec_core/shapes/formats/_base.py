"""What every layout of data sets offers: a catalog, the files behind it, and the geometry."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from inr2vec_core.errors import BadShape
from inr2vec_core.shapes.catalog import Catalog, ShapeRecord
from inr2vec_core.shapes.pairing import partial_id

if TYPE_CHECKING:
    from inr2vec_core.geometry.raw import Cloud, Geometry


@dataclass(frozen=True)
class ShapeFormat(ABC):
    """A layout of data sets, with what a config entry says of one data set.

    A layout ignores the settings that it has no use for. It must define `catalog`; the other
    methods read one shape from each file with `read_geometry`.

    Attributes:
        needs_root: whether shapes are read from files.
        has_parts: whether points or faces have semantic parts.
        many_per_file: whether files hold many shapes, which are read together; a file that cannot
            be read ends the run then.
        fixed_splits: whether the catalog's splits are final; otherwise classes without a
            validation split get one, cut from their training shapes.
        root: the folder of the data set.
        classes: the classes of generated shapes; empty for all.
        counts: training, validation and test shapes of each class, where they are generated.
        test_fraction: the share of a class that becomes the test split, where there is none.
        seed: the run's seed.
    """

    needs_root: ClassVar[bool] = True
    has_parts: ClassVar[bool] = False
    many_per_file: ClassVar[bool] = False
    fixed_splits: ClassVar[bool] = False

    root: str | Path = ""
    classes: Sequence[str] = ()
    counts: tuple[int, int, int] = (60, 10, 20)
    test_fraction: float | None = None
    seed: int = 0

    @abstractmethod
    def catalog(self) -> Catalog:
        """List all complete shapes with their splits. No geometry is read.

        Raises:
            InputError: the root or a file in it is missing or not as the layout wants it.
        """

    def files(self, records: Sequence[ShapeRecord]) -> list[str]:
        """The files that these shapes are read from, sorted."""
        return sorted(
            {path for record in records for path in (record.path, record.complete_path) if path}
        )

    def partial_records(self, records: Sequence[ShapeRecord], views: int) -> Iterator[ShapeRecord]:
        """List the partial clouds of complete shapes.

        Args:
            records: complete shapes.
            views: the number of partial clouds of each, where the layout has none itself.

        Yields:
            A record for each partial cloud, shape by shape. With `complete_path`, `path` holds the
            partial cloud; otherwise it holds the complete shape, which a partial one is made of.
        """
        for record in records:
            for view in range(views):
                yield replace(record, shape_id=partial_id(record.shape_id, view))

    def read_together(self, records: Sequence[ShapeRecord]) -> list[list[ShapeRecord]]:
        """The shapes that one call of `read` should have: those of a file, or each by itself."""
        if not self.many_per_file:
            return [[record] for record in records]
        by_file: dict[str, list[ShapeRecord]] = {}
        for record in records:
            by_file.setdefault(record.path, []).append(record)
        return list(by_file.values())

    def read(
        self, records: Sequence[ShapeRecord]
    ) -> Iterator[tuple[ShapeRecord, Geometry | BadShape]]:
        """Read the geometry of shapes.

        Yields:
            Each record once, with its geometry or the reason why it has none.
        """
        for record in records:
            yield record, geometry_or_reason(self.read_record, record)

    def read_record(self, record: ShapeRecord) -> Geometry:
        """Read the geometry of one shape; a record with `complete_path` is a `Pair`.

        Raises:
            BadShape: the file cannot be read, or is no cloud where the record has `complete_path`.
        """
        from inr2vec_core.geometry.raw import Pair
        from inr2vec_core.io.readers import read_geometry

        if record.complete_path:
            return Pair(_read_cloud(record.path), read_geometry(record.complete_path))
        return read_geometry(record.path)


def geometry_or_reason(read: Callable[..., Geometry], *args) -> Geometry | BadShape:
    """What a function returns, or the `BadShape` that it raises."""
    try:
        return read(*args)
    except BadShape as error:
        return error


def _read_cloud(path: str) -> Cloud:
    from inr2vec_core.geometry.raw import Cloud
    from inr2vec_core.io.readers import read_geometry

    geometry = read_geometry(path)
    if not isinstance(geometry, Cloud):
        raise BadShape(f"{path} is no cloud")
    return geometry
