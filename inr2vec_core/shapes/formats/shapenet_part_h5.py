"""ShapeNet Part as hdf5_data (Yi et al. 2016), in the layout of ModelNet's h5 files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.formats import modelnet_h5
from inr2vec_core.shapes.formats._base import geometry_or_reason
from inr2vec_core.shapes.formats._h5_rows import read_h5_rows
from inr2vec_core.shapes.formats._part_numbers import labeled_cloud

if TYPE_CHECKING:
    import h5py

    from inr2vec_core.geometry.raw import Cloud


class Format(modelnet_h5.Format):
    """As the layout `modelnet_h5`, with `pid` (N, P), the number of the part of each point.

    The lines of `all_object_categories.txt` are a class and its number in WordNet.
    """

    has_parts: ClassVar[bool] = True
    classes_file: ClassVar[str] = "all_object_categories.txt"

    def read_rows(self, path: str, records: Sequence[ShapeRecord]) -> Iterator[Cloud | BadShape]:
        """Read clouds with the parts of their points.

        Raises:
            InputError: the file is unreadable or has too few rows.
        """
        rows = [record.row for record in records]
        clouds, numbers = read_h5_rows(path, rows), read_h5_rows(path, rows, "pid")
        return (
            geometry_or_reason(labeled_cloud, *row) for row in zip(clouds, numbers, strict=True)
        )

    def class_of_line(self, line: str) -> str:
        """The class that a line of the classes' file names."""
        return line.split()[0]

    def check_arrays(self, file: Path, h5: h5py.File) -> None:
        """Check the names, dimensions and kinds of a file's arrays.

        Raises:
            InputError: they are not as described.
        """
        super().check_arrays(file, h5)
        pid = h5.get("pid")
        expected = h5["data"].shape[:2]
        fits = h5["data"].ndim == 3 and getattr(pid, "shape", None) == expected
        if not fits or pid.dtype.kind not in "iuf":
            found = "no pid" if pid is None else modelnet_h5.described("pid", pid)
            data = modelnet_h5.described("data", h5["data"])
            raise InputError(
                f"{file} holds {found} beside {data}; expected "
                "the parts of all points as pid (N, P) of whole numbers: download it again, or use "
                "the reader modelnet_h5 for shapes without parts"
            )
