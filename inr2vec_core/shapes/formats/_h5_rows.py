"""Layouts whose h5 files hold many shapes, one a row."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.formats._base import ShapeFormat

if TYPE_CHECKING:
    import numpy as np

    from inr2vec_core.geometry.raw import Geometry


class H5RowsFormat(ShapeFormat):
    """A layout that reads all wanted rows of a file at once."""

    many_per_file: ClassVar[bool] = True

    def read(
        self, records: Sequence[ShapeRecord]
    ) -> Iterator[tuple[ShapeRecord, Geometry | BadShape]]:
        """Read the geometry of shapes, file by file.

        Yields:
            Each record once, with its geometry or the reason why it has none.

        Raises:
            InputError: a file is unreadable or has too few rows.
        """
        for group in self.read_together(records):
            yield from zip(group, self.read_rows(group[0].path, group), strict=True)

    @abstractmethod
    def read_rows(self, path: str, records: Sequence[ShapeRecord]) -> Iterable[Geometry | BadShape]:
        """Read the geometry of some rows of one file, in the order of `records`.

        Args:
            path: the file.
            records: shapes whose `path` this is.

        Raises:
            InputError: the file is unreadable or has too few rows.
        """


def read_h5_rows(path: str | Path, rows: Sequence[int], column: str = "data") -> np.ndarray:
    """Read some rows of an array in an h5 file.

    The file is read in blocks of its own chunks, each at most once and only where wanted, because
    h5py picks single rows of compressed data very slowly.

    Args:
        path: the file.
        rows: the wanted rows, in any order.
        column: the name of the array.

    Returns:
        (len(rows), ...) in the dtype of the file and in the order of `rows`.

    Raises:
        InputError: the file is unreadable or does not have all of these rows.
    """
    import numpy as np

    from inr2vec_core.io.hdf5 import open_source

    rows = np.asarray(rows, np.int64)
    with open_source(path) as h5:
        data = h5[column]
        outside = rows[(rows < 0) | (rows >= len(data))]
        if len(outside):
            raise InputError(
                f"{path} has {len(data)} rows, not row {outside[0]}: "
                "the file has changed, list the data set again"
            )
        found = np.empty((len(rows), *data.shape[1:]), data.dtype)
        block = data.chunks[0] if data.chunks else 256
        for start in np.unique(rows // block) * block:
            wanted = (rows >= start) & (rows < start + block)
            found[wanted] = data[start : start + block][rows[wanted] - start]
    return found


def h5_length(path: str | Path, column: str) -> int:
    """The number of rows of an array in an h5 file.

    Raises:
        InputError: the file is unreadable, or has no such array.
    """
    from inr2vec_core.io.hdf5 import open_source

    with open_source(path) as h5:
        return len(h5[column])
