"""Each cause of a failed read or write is told, with a cure only where the content is lost."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.io import file_errors, hdf5
from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.file_errors import RESULT, SOURCE, ContentLost, reading, unreadable
from inr2vec_core.io.hdf5 import new_shard, open_shard, open_source, write_shard
from inr2vec_core.io.readers import read_geometry
from inr2vec_core.io.sealed import read_json, write_json
from inr2vec_core.shapes.formats._h5_rows import read_h5_rows

CURES = "remove|run again, and|download|restore"


@pytest.fixture
def shard(tmp_path):
    write_shard(tmp_path / "0.h5", {"weights": np.zeros((2, 3), np.float32)})
    return tmp_path / "0.h5"


# ---------------------------------------------------------------------------- reading


CAUSES = {
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EAGAIN: "locked by another process",
    errno.ENOLCK: "the file system has no locks",
    errno.ENOSYS: "the file system has no locks",
    errno.ENOTSUP: "the file system has no locks",
    errno.EIO: "the disk or the network failed",
    errno.ESTALE: "the disk or the network failed",
    errno.ETIMEDOUT: "the disk or the network failed",
    errno.EMFILE: "too many open files",
    errno.ENFILE: "too many open files",
    errno.ENOMEM: "not enough memory",
    errno.EINVAL: "Invalid argument",
}


@pytest.mark.parametrize("number", CAUSES)
@pytest.mark.parametrize("as_text", [False, True])
def test_what_is_no_fault_of_the_content_prescribes_no_loss(number, as_text, shard):
    """h5py has the number as an attribute; some libraries in their text alone."""
    text = f"Unable to open file (errno = {number}, error message = '...')"
    error = RuntimeError(text) if as_text else OSError(number, text)
    for origin in (RESULT, SOURCE):
        told = unreadable(shard, error, "HDF5 file", origin)
        assert str(told).startswith(f"{shard} cannot be read: {CAUSES[number]}")
        assert not isinstance(told, ContentLost)
        message = str(told).removeprefix(str(shard)).replace("check them and run again", "")
        assert not any(cure in message for cure in CURES.split("|")), message


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EIO, errno.ENOLCK])
@pytest.mark.parametrize("read", [
    lambda path: open_shard(path).__enter__(),
    lambda path: open_source(path).__enter__(),
    lambda path: read_h5_rows(path, [0], "weights"),
])  # fmt: skip
def test_hdf5_files_that_do_not_open(number, read, shard, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError(number, f"Unable to synchronously open file (..., errno = {number}, ...)")

    monkeypatch.setattr(h5py.File, "__init__", refuse)
    with pytest.raises(InputError, match=CAUSES[number]):
        read(shard)


def test_a_disk_that_fails_in_the_middle_of_a_file(shard, monkeypatch):
    """Native parsers swallow why they got no bytes: reading the file once more tells it."""

    class Failing(io.BytesIO):
        def read(self, *args):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "open", lambda *args, **kwargs: Failing())
    told = unreadable(shard, OSError("Can't synchronously read data"), "HDF5 file", RESULT)
    assert "the disk or the network failed" in str(told)


def test_memory_missing_files_and_folders(shard):
    cases = {
        shard: (MemoryError(), r"0\.h5 cannot be read: not enough memory: give the job more$"),
        shard.with_name("1.h5"): (None, r"1\.h5 is missing: make it first$"),
        shard.parent: (None, r" is a folder, not a file$"),
        shard / "x.h5": (None, r"x\.h5: a part of this path is a file, not a folder$"),
    }
    for path, (error, message) in cases.items():
        with pytest.raises(InputError, match=message), reading(path, "file", RESULT):
            if error:
                raise error
            path.read_bytes()
    shard.with_name("2.h5").symlink_to("nowhere")
    with pytest.raises(InputError, match=r"2\.h5 is a link to nowhere, which is missing: restore"):
        open_source(shard.with_name("2.h5")).__enter__()


@pytest.mark.parametrize("content, why", [
    (b"", "is empty, as files are after a power cut"),
    (b"a note for people", "is not a readable HDF5 file: it begins as none"),
    (0.5, r"is cut short: \d+ of \d+ bytes are left"),
    ("flip", "is damaged: a checksum of this HDF5 file is wrong"),
])  # fmt: skip
def test_content_that_is_lost_is_cured_by_its_origin(content, why, shard):
    whole = shard.read_bytes()
    if content == "flip":
        content = bytearray(whole)
        content[20] ^= 1
    elif content == 0.5:
        content = whole[: len(whole) // 2]
    shard.write_bytes(content)
    with pytest.raises(ContentLost, match=rf"0\.h5 {why}.*; remove it and run again"):
        open_shard(shard).__enter__()
    with pytest.raises(ContentLost, match=rf"0\.h5 {why}.*; restore it or download it again$"):
        open_source(shard).__enter__()


def test_an_array_that_a_file_does_not_have_is_named_with_those_it_has(shard):
    with pytest.raises(InputError, match=r"0\.h5 has no 'data', but weights$"):
        read_h5_rows(shard, [0])


def test_a_mesh_on_a_disk_that_fails_stops_the_run_and_is_not_set_aside(tmp_path, monkeypatch):
    (tmp_path / "a.off").write_text("OFF\n0 0 0\n")
    with pytest.raises(BadShape):
        read_geometry(tmp_path / "a.off")

    def fail(self, *args, **kwargs):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "stat", fail)
    with pytest.raises(InputError, match=r"a\.off cannot be read: the disk or the network failed"):
        read_geometry(tmp_path / "a.off")


# ---------------------------------------------------------------------------- locks

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "r+")
fcntl.flock(file, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def locked(shard):
    """A shard that another process holds a lock of."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, shard], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"locked\n"
    yield shard
    holder.communicate()


def test_a_shard_is_read_and_replaced_whoever_holds_a_lock(locked):
    with open_shard(locked) as file:
        assert file["weights"].shape == (2, 3)
    write_shard(locked, {"weights": np.ones((1, 1))})
    with open_shard(locked) as file:
        assert file["weights"][:].tolist() == [[1]]


def test_a_grid_that_is_being_written_is_not_set_aside(locked):
    with pytest.raises(InputError, match=r"0\.h5 cannot be read: locked by another process"):
        read_geometry(locked)


def test_a_source_that_is_being_written_is_told_as_locked(locked):
    with pytest.raises(InputError, match=r"0\.h5 cannot be read: locked by another process"):
        open_source(locked).__enter__()


def test_a_file_system_without_locks_is_enough(shard, monkeypatch):
    """Of reading sources: the first try fails, as it does where there are no locks."""
    opened, original = [], hdf5.SourceFile.__init__

    def init(self, path, mode, locking=None):
        opened.append(locking)
        if locking is None:
            raise OSError(errno.ENOLCK, "unable to lock file, errno = 37")
        original(self, path, mode, locking=locking)

    monkeypatch.setattr(hdf5.SourceFile, "__init__", init)
    with open_source(shard) as file:
        assert file["weights"].shape == (2, 3)
    assert opened == [None, False]


@pytest.mark.parametrize("wanted", ["TRUE", "FALSE", "BEST_EFFORT"])
def test_shards_are_written_whatever_the_environment_says_of_locks(wanted, tmp_path):
    code = (
        "import sys, numpy as np; from inr2vec_core.io.hdf5 import write_shard, open_shard\n"
        "write_shard(sys.argv[1], {'x': np.ones(3)})\n"
        "with open_shard(sys.argv[1]) as file: print(file['x'][:].sum())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "0.h5"], capture_output=True, text=True,
        env=os.environ | {"HDF5_USE_FILE_LOCKING": wanted, "PYTHONPATH": "."}, check=True,
    )  # fmt: skip
    assert done.stdout == "3.0\n"


# ---------------------------------------------------------------------------- writing


@pytest.mark.parametrize("error, why, cure", [
    (OSError(errno.ENOSPC, "No space"), r"the disk of /\S* is full \(.* MiB are f", "make room"),
    (OSError(errno.EDQUOT, "Quota"), r"your quota on the disk of /\S* is used up", "make room"),
    (OSError(errno.EFBIG, "Too large"), "the file is larger than .* allows", "raise that limit"),
    (RuntimeError("I/O error: (os error 28)"), "the disk of .* is full", "make room"),
    (OSError("Driver write request failed (errno = 28)"), "the disk of .* is full", "make room"),
], ids=["ENOSPC", "EDQUOT", "EFBIG", "Rust", "HDF5"])  # fmt: skip
def test_a_full_disk_is_named(error, why, cure, tmp_path):
    message = rf"f\.txt cannot be written: {why}.*; {cure} and run the same command again$"
    with pytest.raises(InputError, match=message), atomic(tmp_path / "f.txt") as temporary:
        temporary.write_text("half")
        raise error
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_that_a_library_does_not_name(tmp_path, monkeypatch):
    monkeypatch.setattr(file_errors, "_room", lambda folder: (4096, True))
    with (
        pytest.raises(InputError, match=r"is full \(0\.0 MiB are free\)"),
        atomic(tmp_path / "f.pt"),
    ):
        raise RuntimeError("basic_ios::clear: iostream error")
    with pytest.raises(KeyError), atomic(tmp_path / "f.pt"):
        raise KeyError("a mistake has nothing to do with the disk")


def test_a_folder_that_a_full_disk_cannot_take(tmp_path, monkeypatch):
    def refuse(self, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(InputError, match=r"new/er/f cannot be written: the disk of /\S* is full"):
        write_json(tmp_path / "new" / "er" / "f", {})


def test_a_disk_that_can_hold_no_more_files(tmp_path, monkeypatch):
    monkeypatch.setattr(file_errors, "_room", lambda folder: (2**40, False))
    with pytest.raises(InputError, match=r"it can hold no more files"), atomic(tmp_path / "f"):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EIO])
def test_a_folder_that_cannot_be_written(number, tmp_path, monkeypatch):
    def refuse(self, target):
        raise OSError(number, os.strerror(number), str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", refuse)
    message = rf"f\.json cannot be written: {os.strerror(number)}$"
    with pytest.raises(InputError, match=message):
        write_json(tmp_path / "f.json", {})
    assert list(tmp_path.iterdir()) == []


def test_errors_of_reading_inside_the_block_stay_what_they_are(tmp_path):
    with pytest.raises(PermissionError), atomic(tmp_path / "out" / "f") as temporary:
        temporary.write_text("half")
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "in" / "f"))


def test_hdf5_forgets_no_failed_write(tmp_path, monkeypatch):
    """Under a limit of the file's size, as on a full disk: HDF5 puts writes off."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        for rows in (1, 30, 3000):
            with (
                pytest.raises(InputError, match=r"0\.h5 cannot be written: the file is larger"),
                new_shard(tmp_path / "0.h5") as shard,
            ):
                column = shard.add_empty("queries", (rows, 300_000 // rows), np.int16)
                for row in range(rows):
                    column[row] = row
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_a_file_and_its_folders_are_flushed_in_the_right_order(tmp_path, monkeypatch):
    done, fsync, replace = [], os.fsync, Path.replace

    def recorded_fsync(number):
        done.append(("flush", Path(f"/proc/self/fd/{number}").readlink()))
        fsync(number)

    def recorded_replace(self, target):
        done.append(("rename", Path(target)))
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", recorded_fsync)
    monkeypatch.setattr(Path, "replace", recorded_replace)
    path = tmp_path / "new" / "newer" / "f.json"
    write_json(path, {"a": 1})
    temporary = done[2][1]
    assert temporary.name.startswith(".f.json.") and temporary.parent == path.parent
    assert done == [
        ("flush", tmp_path), ("flush", tmp_path / "new"),
        ("flush", temporary), ("rename", path), ("flush", path.parent),
    ]  # fmt: skip


def test_a_file_system_that_cannot_flush_folders_is_enough(tmp_path, monkeypatch):
    fsync = os.fsync

    def refuse_folders(number):
        if os.path.isdir(number):  # noqa: PTH112 (a file descriptor)
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(number)

    monkeypatch.setattr(os, "fsync", refuse_folders)
    write_json(tmp_path / "f.json", {"a": 1})
    assert read_json(tmp_path / "f.json") == {"a": 1}
