"""The HDF5 shards of a data set."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from inr2vec_core.errors import InputError
from inr2vec_core.io.atomic import atomic

STRINGS = h5py.string_dtype("utf-8")
IDENTITY = ("shape_id", "class", "split")


class Shard(h5py.File):
    """An open HDF5 file, whose columns and attributes the reader knows by name."""

    def __getitem__(self, name):
        """The column of a name.

        Raises:
            InputError: The file has no such column.
        """
        try:
            return super().__getitem__(name)
        except KeyError as error:
            raise older_file(self.filename, str(name)) from error

    @property
    def attrs(self) -> "_Attributes":
        """The attributes, which fail as columns do."""
        return _Attributes(self)


class _Attributes(h5py.AttributeManager):
    def __init__(self, shard: Shard):
        super().__init__(shard)
        self._filename = shard.filename

    def __getitem__(self, name):
        try:
            return super().__getitem__(name)
        except KeyError as error:
            raise older_file(self._filename, str(name)) from error


def older_file(path: str | Path, missing: str) -> InputError:
    """The error of a file in which something is missing that the project now writes.

    Args:
        path: the file.
        missing: the name of the column or attribute.
    """
    return InputError(
        f"{path} has no {missing!r}: it was written by an older version; remove it (or its data "
        "set's folder in results) and run again"
    )


def write_shard(path: str | Path, columns: dict[str, np.ndarray | list[str]], **attrs) -> None:
    """Write columns and attributes to an HDF5 file.

    Args:
        path: the file to write.
        columns: name -> column. A list is text (variable-length UTF-8) and an array is numbers, so
            that a shard without rows keeps the type of each column. Columns have a value for each
            row; vocabularies (`part_names`) may be of another length.
        attrs: attributes of the file.
    """
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        for name, column in columns.items():
            if isinstance(column, list):
                file.create_dataset(name, data=column, dtype=STRINGS, shape=(len(column),))
            else:
                file.create_dataset(name, data=column)
        file.attrs.update(attrs)


@contextmanager
def open_shard(path: str | Path) -> Iterator[Shard]:
    """Open a shard for reading.

    Args:
        path: the file to read.

    Yields:
        The open file.

    Raises:
        InputError: the file is missing or no HDF5, or a column is read that it does not have; the
            message says what to do.
    """
    try:
        file = Shard(path, "r")
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing: make it first") from error
    except OSError as error:
        raise InputError(
            f"{path}: not a readable HDF5 file ({error}); remove it and run "
            "again, and it is made anew"
        ) from error
    with file:
        yield file


def read_strings(column: h5py.Dataset) -> list[str]:
    """Read a text column as a list of str."""
    return column.asstr()[:].tolist()
