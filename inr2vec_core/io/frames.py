"""Tables between rules: Parquet files with a checksum."""

import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from inr2vec_core.io.file_errors import RESULT, reading
from inr2vec_core.io.sealed import OPEN_SEAL, read_sealed, write_sealed

_CHECKSUM = "checksum"  # among the metadata


def write_frame(path: str | Path, frame: pd.DataFrame) -> None:
    """Write a table without its index.

    Args:
        path: the file.
        frame: the table; its `attrs` are kept as metadata.
    """
    sealed = frame.copy(deep=False)
    sealed.attrs = {**frame.attrs, _CHECKSUM: OPEN_SEAL}
    buffer = io.BytesIO()
    sealed.to_parquet(buffer, index=False)
    write_sealed(path, buffer.getvalue())


def read_frame(path: str | Path) -> pd.DataFrame:
    """Read what `write_frame` wrote, `attrs` and all.

    Args:
        path: the file.

    Raises:
        InputError: the file is missing or damaged.
    """
    with reading(path, "Parquet file", RESULT):
        frame = pd.read_parquet(io.BytesIO(read_sealed(path)))
        del frame.attrs[_CHECKSUM]
        return frame


def write_arrow(path: str | Path, table: pa.Table, metadata: dict[str, str]) -> None:
    """Write an Arrow table.

    Args:
        path: the file.
        table: the table.
        metadata: further entries of the file's metadata.
    """
    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({**metadata, _CHECKSUM: OPEN_SEAL}), buffer)
    write_sealed(path, buffer.getvalue())


def read_arrow(path: str | Path) -> tuple[pa.Table, dict[str, str]]:
    """Read what `write_arrow` wrote.

    Args:
        path: the file.

    Returns:
        The table and its metadata.

    Raises:
        InputError: the file is missing or damaged.
    """
    with reading(path, "Parquet file", RESULT):
        table = pq.read_table(pa.BufferReader(read_sealed(path)))
        metadata = {k.decode(): v.decode() for k, v in table.schema.metadata.items()}
        del metadata[_CHECKSUM]
        return table, metadata
