"""Tables in several Parquet files: whole, of the sizes that were asked for, and checked."""

import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.io import atomic as atomic_module
from inr2vec_core.io.parquet_shards import read_parquet_shard, write_parquet_shards


def batches(*sizes):
    stops = np.cumsum(sizes)
    for start, stop in zip(stops - sizes, stops, strict=True):
        yield pa.record_batch({"number": pa.array(np.arange(start, stop))})


@pytest.mark.parametrize(
    ("sizes", "file_rows", "rows"),
    [((4, 3), 100, [7]), ((4, 3), 7, [7]), ((4, 3), 3, [2, 2, 3]), ((1, 10), 10, [5, 6]),
     ((3,), 1, [1, 1, 1]), ((), 5, [])],
)  # fmt: skip
def test_rows_keep_their_order_whatever_the_files(sizes, file_rows, rows, tmp_path):
    files = write_parquet_shards(tmp_path, "x", batches(*sizes), sum(sizes), file_rows)
    assert [file["rows"] for file in files] == rows
    names = [f"x-{k:05}-of-{len(rows):05}.parquet" for k in range(len(rows))]
    assert [file["name"] for file in files] == names == sorted(p.name for p in tmp_path.iterdir())
    found = [
        value
        for file in files
        for batch in read_parquet_shard(tmp_path / file["name"], file["sha256"])
        for value in batch["number"].to_pylist()
    ]
    assert found == list(range(sum(sizes)))


def test_a_batch_is_a_row_group(tmp_path):
    (file,) = write_parquet_shards(tmp_path, "x", batches(4, 3), 7, 100)
    assert pq.ParquetFile(tmp_path / file["name"]).num_row_groups == 2


def test_damage_is_named(tmp_path):
    (file,) = write_parquet_shards(tmp_path, "x", batches(4, 3), 7, 100)
    path = tmp_path / file["name"]
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:20] + b"!" + whole[21:]):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=rf"{path.name} is damaged, .*: its checksum is wrong"):
            list(read_parquet_shard(path, file["sha256"]))
    path.unlink()
    with pytest.raises(InputError, match="is missing: restore it"):
        list(read_parquet_shard(path, file["sha256"]))


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    def no_room(path):
        name = f".{path.name}.{atomic_module._HOST}-{os.getpid()}.tmp"
        path.with_name(name).symlink_to("/dev/full")

    monkeypatch.setattr(atomic_module, "_remove_leftovers", no_room)
    with pytest.raises(InputError, match=r"00001.parquet cannot be written: the disk .* is full"):
        write_parquet_shards(tmp_path, "x", batches(4, 3), 7, 100)
    assert list(tmp_path.iterdir()) == []


def test_an_error_leaves_no_file(tmp_path):
    def failing():
        yield from batches(2)
        raise InputError("no more")

    with pytest.raises(InputError, match="no more"):
        write_parquet_shards(tmp_path, "x", failing(), 4, 100)
    assert list(tmp_path.iterdir()) == []
