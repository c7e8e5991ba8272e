"""The HDF5 shards of a data set.

Every byte that is read is covered by a checksum: HDF5's own of its metadata, which it has from
format 1.10 on, and fletcher32 of the chunks of each column. Text is of fixed length, because
HDF5 keeps text of variable length where no checksum covers it.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from inr2vec_core.errors import InputError
from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.file_errors import (
    NO_LOCKS,
    RESULT,
    SOURCE,
    Origin,
    reading,
    unreadable,
)

IDENTITY = ("shape_id", "class", "split")
_FORMAT, _KIND = ("v110", "v110"), "HDF5 file"
_CHUNK = 2**16  # bytes; a larger row is a chunk of its own


class SourceFile(h5py.File):
    """A user's HDF5 file, which is named in the errors of all that is read from it."""

    origin = SOURCE

    def __getitem__(self, name):
        """The array or group of a name.

        Raises:
            InputError: the file has none of this name, or is damaged.
        """
        with self._named(name):
            found = super().__getitem__(name)
        return _Column(found.id, self.origin) if isinstance(found, h5py.Dataset) else found

    def __contains__(self, name):
        with self._named(name):
            return super().__contains__(name)

    def get(self, name, default=None):
        """The array or group of a name, or the default where there is none."""
        return self[name] if name in self else default  # noqa: SIM401 (this is `get`)

    def missing(self, name: str) -> InputError:
        """The error of a name that the file does not have."""
        return InputError(f"{self.filename} has no {name!r}, but {', '.join(self) or 'nothing'}")

    @contextmanager
    def _named(self, name: str) -> Iterator[None]:
        """Tell what is not in a file from what is damaged: h5py says KeyError to both."""
        try:
            yield
        except (KeyError, OSError, RuntimeError) as error:
            if "doesn't exist" in str(error) or "can't locate" in str(error):
                raise self.missing(str(name)) from error
            raise unreadable(self.filename, error, _KIND, self.origin) from error


class Shard(SourceFile):
    """A shard open for reading, whose columns and attributes the reader knows by name."""

    origin = RESULT

    def __getitem__(self, name):
        """The column of a name.

        Raises:
            InputError: The file has no such column, it has no checksum, or the file is damaged.
        """
        column = super().__getitem__(name)
        if column.size and not column.fletcher32:
            raise older_file(self.filename, f"checksum of {name}")
        return column

    def missing(self, name: str) -> InputError:
        """The error of a column or attribute that an older version did not write."""
        return older_file(self.filename, name)

    @property
    def attrs(self) -> "_Attributes":
        """The attributes, which fail as columns do; text is str."""
        return _Attributes(self)


class _Column(h5py.Dataset):
    """An array that names its file where it cannot be read."""

    def __init__(self, bind: h5py.h5d.DatasetID, origin: Origin):
        super().__init__(bind)
        self._origin = origin

    def __getitem__(self, args, new_dtype=None):
        try:
            return super().__getitem__(args, new_dtype)
        except OSError as error:
            raise unreadable(self.file.filename, error, _KIND, self._origin) from error


class _Attributes(h5py.AttributeManager):
    def __init__(self, shard: Shard):
        super().__init__(shard)
        self._shard = shard

    def __getitem__(self, name):
        with self._shard._named(name):
            value = super().__getitem__(name)
        if isinstance(value, bytes):
            return _text(value)
        if isinstance(value, np.ndarray) and value.dtype.kind == "S":
            return np.array([_text(one) for one in value.tolist()], object)
        return value


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


class NewShard:
    """A shard that is being written.

    Args:
        file: the open file.
    """

    def __init__(self, file: h5py.File):
        self._file = file

    def add(self, name: str, column: np.ndarray | list[str]) -> None:
        """Write a column: a list is text and an array is numbers.

        Args:
            name: the column's name.
            column: its values.
        """
        values = _fixed_text(column) if isinstance(column, list) else np.asarray(column)
        self.add_empty(name, values.shape, values.dtype)[...] = values

    def add_empty(self, name: str, shape: tuple[int, ...], dtype) -> h5py.Dataset:
        """Make a column of numbers, to be filled.

        Args:
            name: the column's name.
            shape: its shape; rows come first.
            dtype: the type of its numbers.
        """
        chunks = _chunks(shape, np.dtype(dtype).itemsize)
        return self._file.create_dataset(
            name, shape, dtype, chunks=chunks, fletcher32=chunks is not None
        )

    def set(self, **attrs) -> None:
        """Write attributes: numbers, text, and lists of them."""
        for name, value in attrs.items():
            texts = value if isinstance(value, list) else [value]
            if texts and all(isinstance(text, str) for text in texts):
                fixed = _fixed_text(texts)
                value = fixed if isinstance(value, list) else fixed[0]
                self._file.attrs.create(name, value, dtype=fixed.dtype)
            else:
                self._file.attrs[name] = value


@contextmanager
def new_shard(path: str | Path) -> Iterator[NewShard]:
    """Write a shard; it takes its name when the block ends without an error.

    Args:
        path: the file to write.

    Yields:
        The shard, without columns.
    """
    with atomic(path) as temporary, _Output(temporary) as output:
        try:
            with h5py.File(output, "w", libver=_FORMAT) as file:
                yield NewShard(file)
        finally:
            output.check()


def write_shard(path: str | Path, columns: dict[str, np.ndarray | list[str]], **attrs) -> None:
    """Write columns and attributes to an HDF5 file.

    Args:
        path: the file to write.
        columns: name -> column. A list is text and an array is numbers, so that a shard without
            rows keeps the type of each column. Columns have a value for each row; vocabularies
            (`part_names`) may be of another length.
        attrs: attributes of the file.
    """
    with new_shard(path) as shard:
        for name, column in columns.items():
            shard.add(name, column)
        shard.set(**attrs)


class _Output(io.FileIO):
    """What HDF5 writes to: keeps the first error for `check`.

    On a full disk HDF5 itself forgets the errors of writes that it put off, or crashes in the
    next. Its own driver also locks the file, which some file systems cannot.
    """

    def __init__(self, path: Path):
        super().__init__(path, "w+")
        self._error: OSError | None = None

    def write(self, data) -> int:
        rest = memoryview(data)
        length = len(rest)
        try:
            while len(rest) and self._error is None:
                rest = rest[super().write(rest) :]
        except OSError as error:
            self._error = error
        return length

    def truncate(self, size: int | None = None) -> int:
        try:
            return super().truncate(size)
        except OSError as error:
            self._error = self._error or error
            return size or 0

    def check(self) -> None:
        """Raise what a write raised."""
        if self._error is not None:
            raise self._error


@contextmanager
def open_shard(path: str | Path) -> Iterator[Shard]:
    """Open a shard for reading, without a lock: it was whole when it got its name.

    Args:
        path: the file to read.

    Yields:
        The open file.

    Raises:
        InputError: the file is missing or not readable, or a column is read that it does not have
            or that is damaged; the message says what to do.
    """
    with reading(path, _KIND, RESULT):
        file = Shard(path, "r", locking=False)
    with file:
        with reading(path, _KIND, RESULT):
            list(file), list(file.attrs)  # reads the lists of names, whoever asks for them later
        yield file


@contextmanager
def open_source(path: str | Path) -> Iterator[SourceFile]:
    """Open a user's HDF5 file for reading, with a lock where the file system has any.

    Args:
        path: the file to read.

    Yields:
        The open file.

    Raises:
        InputError: the file is missing, locked by who writes it, or not readable.
    """
    with reading(path, _KIND, SOURCE):
        try:
            file = SourceFile(path, "r")
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            file = SourceFile(path, "r", locking=False)
    with file, reading(path, _KIND, SOURCE):
        yield file


def read_strings(column: h5py.Dataset) -> list[str]:
    """Read a text column as a list of str."""
    return [_text(value) for value in column[:].tolist()]


def _chunks(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...] | None:
    """Whole rows, as many as a chunk takes, and nearly as many in the last; None if it is empty."""
    if 0 in shape:
        return None
    row = itemsize * int(np.prod(shape[1:]))
    n_chunks = -(-shape[0] // max(1, _CHUNK // row))
    return (-(-shape[0] // n_chunks), *shape[1:])


def _fixed_text(texts: list[str]) -> np.ndarray:
    values = [text.encode("utf-8", "surrogateescape") for text in texts]
    longest = max([1, *map(len, values)])
    return np.array(values, f"S{longest}").astype(h5py.string_dtype("utf-8", longest))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
