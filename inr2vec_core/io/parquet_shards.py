"""Large tables as several Parquet files, written and read in bounded memory.

A checksum within a file, as of `io.sealed`, would need all of it in memory. Whoever writes these
files keeps their digests elsewhere.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.file_errors import SOURCE, Damaged, reading


def write_parquet_shards(
    folder: str | Path, name: str, batches: Iterable[pa.RecordBatch], n_rows: int, file_rows: int
) -> list[dict[str, str | int]]:
    """Write batches of rows as `<name>-00000-of-00003.parquet` and so on.

    Args:
        folder: where the files shall lie.
        name: what their names begin with.
        batches: all rows in their order, of one schema; each becomes a row group, or two where a
            file ends in it.
        n_rows: their number.
        file_rows: rows of a file, at most.

    Returns:
        For each file its `name`, `rows` and `sha256`.
    """
    n_files, waiting, files = -(-n_rows // file_rows), iter(batches), []
    batch = None
    for number in range(n_files):
        path = Path(folder, f"{name}-{number:05}-of-{n_files:05}.parquet")
        rows = left = n_rows * (number + 1) // n_files - n_rows * number // n_files
        with atomic(path) as temporary:
            batch = batch or next(waiting)
            with pq.ParquetWriter(temporary, batch.schema, compression="zstd") as file:
                while left:
                    batch = batch or next(waiting)
                    piece, batch = batch.slice(0, left), batch.slice(left)
                    file.write_batch(piece)
                    left -= len(piece)
            digest = _sha256(temporary)
        files.append({"name": path.name, "rows": rows, "sha256": digest})
    return files


def read_parquet_shard(path: str | Path, sha256: str) -> Iterator[pa.RecordBatch]:
    """Read a file that `write_parquet_shards` wrote.

    Args:
        path: the file.
        sha256: its digest.

    Yields:
        Its rows, a batch at a time.

    Raises:
        InputError: the file is missing, damaged or another.
    """
    with reading(path, "Parquet file", SOURCE):
        if _sha256(path) != sha256:
            raise Damaged("is damaged, cut short or another file: its checksum is wrong")
        with pq.ParquetFile(path) as file:
            for i in range(file.num_row_groups):
                yield from file.read_row_group(i).to_batches()


def _sha256(path: str | Path) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
