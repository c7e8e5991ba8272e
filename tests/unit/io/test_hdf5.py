"""Files appear whole or not at all; shards give back what was written."""

import os
import subprocess
import sys

import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.io import atomic as atomic_module
from inr2vec_core.io.atomic import _HOST, add_commit_guard, atomic
from inr2vec_core.io.hdf5 import open_shard, read_strings, write_shard


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# ---------------------------------------------------------------------------- atomic


def test_the_file_has_its_name_only_after_the_block(tmp_path):
    target = tmp_path / "made" / "file.txt"
    with atomic(target) as temporary:
        temporary.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    assert names(target.parent) == ["file.txt"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path, error):
    (tmp_path / "file.txt").write_text("old")
    with pytest.raises(error), atomic(tmp_path / "file.txt") as temporary:
        temporary.write_text("half of the n")
        raise error
    assert names(tmp_path) == ["file.txt"]
    assert (tmp_path / "file.txt").read_text() == "old"


def test_an_error_before_anything_was_written(tmp_path):
    with pytest.raises(RuntimeError), atomic(tmp_path / "file.txt"):
        raise RuntimeError
    assert names(tmp_path) == []


def temporary_of(pid, name="file.txt", host=_HOST):
    return f".{name}.{host}-{pid}.tmp"


def test_leftovers_of_dead_processes_are_removed_and_others_kept(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    gone = temporary_of(dead.pid)
    kept = [
        temporary_of(os.getppid()),  # alive
        temporary_of(dead.pid, name="other.txt"),
        temporary_of(dead.pid, host="elsewhere"),  # another host's processes are not known here
    ]
    for name in [gone, *kept]:
        (tmp_path / name).touch()
    with atomic(tmp_path / "file.txt") as temporary:
        temporary.touch()
    assert names(tmp_path) == sorted([*kept, "file.txt"])


def test_a_commit_guard_can_forbid_the_final_name(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic_module, "_guards", [])

    def forbid():
        raise InputError("no longer wanted")

    add_commit_guard(forbid)
    with pytest.raises(InputError, match="no longer wanted"), atomic(tmp_path / "f") as temporary:
        temporary.write_text("whole")
    assert names(tmp_path) == []


# ---------------------------------------------------------------------------- shards

COLUMNS = {
    "shape_id": ["chair/1", "tisch/ä"],
    "class": ["chair", "table"],
    "split": ["train", "test"],
    "weights": np.arange(6, dtype=np.float16).reshape(2, 3),
}


def test_a_shard_gives_back_columns_and_attributes(tmp_path):
    write_shard(tmp_path / "0.h5", COLUMNS, loss=0.5, rule="fit_inrs")
    with open_shard(tmp_path / "0.h5") as file:
        assert read_strings(file["shape_id"]) == ["chair/1", "tisch/ä"]
        assert file["weights"].dtype == np.float16
        np.testing.assert_array_equal(file["weights"], COLUMNS["weights"])
        assert dict(file.attrs) == {"loss": 0.5, "rule": "fit_inrs"}


def test_a_shard_without_rows_keeps_the_kind_of_its_columns(tmp_path):
    empty = {"shape_id": [], "class": [], "split": [], "source": [],
             "points": np.empty((0, 5, 3), np.float32)}  # fmt: skip
    write_shard(tmp_path / "0.h5", empty)
    with open_shard(tmp_path / "0.h5") as file:
        for name in ("shape_id", "class", "split", "source"):
            assert read_strings(file[name]) == []
        assert file["points"].shape == (0, 5, 3)


def test_a_failed_write_leaves_no_shard(tmp_path):
    with pytest.raises(TypeError):
        write_shard(tmp_path / "0.h5", COLUMNS | {"points": np.array([{}])})
    assert names(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"no HDF5", None])
def test_an_unreadable_shard_is_named_with_the_cure(tmp_path, content):
    path = tmp_path / "0.h5"
    write_shard(path, COLUMNS)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(InputError, match=r"0\.h5.*remove it and run again"), open_shard(path):
        pass


def test_a_missing_shard_is_named(tmp_path):
    message = r"7\.h5 is missing: make it first$"
    with pytest.raises(InputError, match=message), open_shard(tmp_path / "7.h5"):
        pass


def test_what_an_older_version_did_not_write_is_named_with_the_cure(tmp_path):
    write_shard(tmp_path / "0.h5", COLUMNS, loss=0.5)
    with open_shard(tmp_path / "0.h5") as file:
        assert "source_file" not in file and "field" not in file.attrs
        assert file["weights"].shape == (2, 3) and file.attrs["loss"] == 0.5
        for read in (lambda: file["source_file"], lambda: file.attrs["source_file"]):
            message = r"0\.h5 has no 'source_file': it was written by an older version; remove it"
            with pytest.raises(InputError, match=message):
                read()


def test_errors_inside_the_block_are_not_taken_for_a_bad_file(tmp_path):
    write_shard(tmp_path / "0.h5", COLUMNS)
    with pytest.raises(OSError, match="mine"), open_shard(tmp_path / "0.h5"):
        raise OSError("mine")
