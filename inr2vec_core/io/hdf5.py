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
def open_shard(path: str | Path) -> Iterator[h5py.File]:
    """Open a shard for reading.

    Args:
        path: the file to read.

    Yields:
        The open file.

    Raises:
        InputError: the file is missing or no HDF5; the message says to remove it and run again.
    """
    try:
        file = h5py.File(path, "r")
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
