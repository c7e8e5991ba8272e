"""Files that crash, hang or starve their reader cost one shape each; good ones are all kept."""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.io.shape_columns import shape_columns
from inr2vec_core.modalities import modality
from inr2vec_core.shapes import formats
from inr2vec_core.shapes.build import collect, prepare_shapes
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.isolation.limits import Limits
from inr2vec_core.shapes.isolation.parent import prepare_in_child, prepare_shard
from unit.shapes.helpers import SQUARES, raises

ROOT = Path(__file__).resolve().parents[4]

# A layout whose files say what their reading does; others are clouds of four points.
TRICKS = '''
import ctypes
import mmap
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry import preprocessing
from inr2vec_core.shapes.catalog import Catalog
from inr2vec_core.shapes.formats._base import ShapeFormat


def once(path):
    """Whether this is the first time that a file is read."""
    mark = Path(path + ".read")
    seen = mark.exists()
    mark.touch()
    return not seen


def share(path):
    """Take memory that counts for no process's own data."""
    shared = mmap.mmap(-1, 5 << 28)
    for start in range(0, len(shared), 1 << 20):
        shared[start : start + (1 << 20)] = bytes(1 << 20)
    time.sleep(60)


def leave_a_child(path):
    """End, but leave a process that holds everything open."""
    if os.fork() == 0:
        time.sleep(40)
    os._exit(0)


def say_junk(path):
    for pipe in range(3, 30):
        with suppress(OSError):
            os.write(pipe, b"hello" * 9)


class Mute(Exception):
    def __str__(self):
        raise ValueError("of no words")


TRICKS = {
    "share": share,
    "leave a child": leave_a_child,
    "junk": say_junk,
    "two lines": lambda path: exec("raise BadShape('two' + chr(10) + 'lines')", globals()),
    "mute": lambda path: exec("raise Mute", globals()),
    "crash": lambda path: ctypes.string_at(8),
    "abort": lambda path: os.abort(),
    "exit": lambda path: os._exit(3),
    "hang": lambda path: time.sleep(60),
    "loop": lambda path: exec("while True: pass"),
    "pause": lambda path: time.sleep(3),
    "claim": lambda path: bytearray(3 << 30),
    "bad": lambda path: exec("raise BadShape(path + ' is bad')", globals(), {"path": path}),
    "input": lambda path: exec("raise InputError('change the config')", globals()),
    "bug": lambda path: {}["no such key"],
    "print": lambda path: (print("to the screen"), os.write(1, b"1"), os.write(2, b"2")),
    "killed once": lambda path: once(path) and os.kill(os.getpid(), signal.SIGKILL),
    "killed": lambda path: os.kill(os.getpid(), signal.SIGKILL),
    "slow once": lambda path: once(path) and time.sleep(60),
    "crash later": lambda path: setattr(preprocessing, "thinned", lambda *_: os.abort()),
    "tell": lambda path: Path(path + ".pid").write_text(str(os.getpid())) and time.sleep(60),
}


class Format(ShapeFormat):
    def catalog(self):
        return Catalog([], [], 0)

    def read_record(self, record):
        import numpy as np

        from inr2vec_core.geometry.raw import Cloud

        said = Path(record.path).read_text()
        if said in TRICKS:
            TRICKS[said](record.path)
        return Cloud(np.random.default_rng(len(said)).normal(size=(40, 3)))
'''
ROWS = """
from inr2vec_core.shapes.formats._h5_rows import H5RowsFormat
from inr2vec_core.shapes.formats.tricks import Format as Tricks


class Format(H5RowsFormat):
    catalog = Tricks.catalog

    def read_rows(self, path, records):
        return [Tricks.read_record(self, record) for record in records]
"""
SETTINGS = ShapeSettings(points=40)  # all of a cloud, which needs no thinning


@pytest.fixture
def tricks(tmp_path, monkeypatch):
    """A function that writes files and gives their records."""
    layouts = tmp_path / "layouts"
    layouts.mkdir()
    (layouts / "tricks.py").write_text(TRICKS)
    (layouts / "trick_rows.py").write_text(ROWS)
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(layouts)])

    def write(*said):
        records = []
        for k, text in enumerate(said):
            path = tmp_path / f"{k}.trick"
            path.write_text(text)
            records.append(ShapeRecord(f"thing/{k}", "thing", "train", str(path)))
        return records

    yield write
    for name in ("tricks", "trick_rows"):
        sys.modules.pop(f"{formats.__name__}.{name}", None)


def prepared(records, reader="tricks", limits=None, copies=0):
    dataset = ShapeDataset(reader)
    return collect(prepare_in_child(dataset, records, SETTINGS, copies, limits))


def same(one, other, field):
    """Whether two shards are equal byte for byte."""
    form = modality(field).shape_class
    one, other = (s.typed_columns() | shape_columns(s.shapes, form) for s in (one, other))
    assert list(one) == list(other)
    for name, column in one.items():
        if isinstance(column, list):
            assert column == other[name]
        else:
            assert column.dtype == other[name].dtype
            assert column.tobytes() == other[name].tobytes()


REASONS = {
    "crash": "reading it was ended by signal SIGSEGV",
    "abort": "reading it was ended by signal SIGABRT",
    "exit": "reading it ended its process with code 3",
    "claim": "reading it needs more than 2.0 GiB of memory",
    "killed": "reading it was ended by signal SIGKILL",
    "leave a child": "reading it ended its process with code 0",
    "junk": "reading it garbled what its process says (ValueError: a header of 1751477356 bytes)",
}


@pytest.mark.parametrize("trick", REASONS)
def test_what_ends_the_reader_costs_one_shape(tricks, trick):
    records = tricks("good", trick, "better", trick, "best")
    shard = prepared(records)
    assert shard.columns["shape_id"] == ["thing/0", "thing/2", "thing/4"]
    assert [bad.shape_id for bad in shard.rejected] == ["thing/1", "thing/3"]
    for bad, record in zip(shard.rejected, records[1::2], strict=True):
        assert bad.reason == f"{record.path}: {REASONS[trick]}"
        assert bad.source_file == record.path
    same(shard, prepare_shapes(ShapeDataset("tricks").read(records[::2]), SETTINGS, 0, 0), "udf")


@pytest.mark.parametrize("trick", ["hang", "loop"])
def test_a_file_that_takes_too_long_is_set_aside(tricks, trick):
    records = tricks("good", trick, "better")
    shard = prepared(records, limits=Limits(seconds=3))
    assert shard.columns["shape_id"] == ["thing/0", "thing/2"]
    assert shard.rejected[0].reason == f"{records[1].path}: reading it took more than 3 s"


def test_a_file_that_waits_for_a_processor_is_not_too_slow(tricks, monkeypatch):
    monkeypatch.setattr(psutil.Process, "status", lambda process: psutil.STATUS_RUNNING)
    shard = prepared(tricks("good", "pause"), limits=Limits(seconds=1))
    assert shard.columns["shape_id"] == ["thing/0", "thing/1"]


def test_shared_memory_counts_too(tricks):
    records = tricks("good", "share", "better")
    shard = prepared(records, limits=Limits(memory=1 << 30))
    assert shard.columns["shape_id"] == ["thing/0", "thing/2"]
    assert (
        shard.rejected[0].reason
        == f"{records[1].path}: reading it needs more than 1.0 GiB of memory"
    )


@pytest.mark.parametrize("trick", ["killed once", "slow once"])
def test_what_may_not_be_the_file_gets_another_try(tricks, trick):
    shard = prepared(tricks(trick, "good"), limits=Limits(seconds=4))
    assert shard.columns["shape_id"] == ["thing/0", "thing/1"]
    assert shard.rejected == []


@pytest.mark.parametrize(
    ("trick", "reason"),
    [("crash", "was ended by signal SIGSEGV"), ("claim", "needs more than 2.0 GiB of memory")],
)
def test_a_file_of_many_shapes_ends_the_run(tricks, trick, reason):
    with raises(rf"{tricks(trick)[0].path}: reading it {reason}"):
        prepared(tricks(trick, "good"), "trick_rows")


def test_an_array_that_claims_all_memory_is_set_aside(tmp_path):
    path = tmp_path / "a.npy"
    with path.open("wb") as file:
        claimed = {"descr": "<f8", "fortran_order": False, "shape": (10**9, 3)}
        np.lib.format.write_array_header_2_0(file, claimed)
        file.write(bytes(240))
    (bad,) = prepared([ShapeRecord("a", "thing", "train", str(path))], "folder").rejected
    assert bad.reason == f"{path}: reading it needs more than 2.0 GiB of memory"


def test_preparing_may_crash_too(tricks):
    records = tricks("good", "crash later", "better")
    shard = prepared(records)
    assert shard.columns["shape_id"] == ["thing/0", "thing/2"]
    (bad,) = shard.rejected
    assert bad.reason == f"{records[1].path}: preparing it was ended by signal SIGABRT"


def test_errors_of_the_reader_pass_through(tricks):
    with raises("^change the config\n"):
        prepared(tricks("good", "input"))
    with pytest.raises(KeyError, match="no such key") as caught:
        prepared(tricks("good", "bug"))
    assert "in read_record" in caught.value.__notes__[0]
    assert "/1.trick" in caught.value.__notes__[1]
    with pytest.raises(RuntimeError) as caught:
        prepared(tricks("mute"))
    assert "raise Mute" in caught.value.__notes__[0]
    (bad,) = prepared(records := tricks("bad")).rejected
    assert bad.reason == f"{records[0].path} is bad"
    (bad,) = prepared(tricks("two lines")).rejected
    assert bad.reason == r"two\nlines"


def test_nothing_of_the_child_reaches_the_screen(tricks, capfd, caplog):
    with caplog.at_level(logging.WARNING):
        shard = prepared(tricks("print", "crash"))
    assert len(shard.shapes) == 1
    assert capfd.readouterr() == ("", "")
    assert "SIGSEGV: set aside" in caplog.text


def test_the_child_is_gone_however_the_reading_ends(tricks):
    children = set(psutil.Process().children())
    reading = prepare_in_child(ShapeDataset("tricks"), tricks("a", "b"), SETTINGS, 0)
    next(reading)
    assert set(psutil.Process().children()) - children
    reading.close()
    with raises("change the config"):
        prepared(tricks("input"))
    assert set(psutil.Process().children()) == children


def test_the_child_dies_with_its_parent(tricks, tmp_path):
    (record,) = tricks("tell")
    code = (
        "from inr2vec_core.shapes import formats\n"
        "from unit.shapes.isolation.test_parent import *\n"
        f"formats.__path__.append({str(tmp_path / 'layouts')!r})\n"
        f"prepared([ShapeRecord('thing/0', 'thing', 'train', {record.path!r})])\n"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    parent = subprocess.Popen([sys.executable, "-c", code], env=env)
    told, most = Path(record.path + ".pid"), time.monotonic() + 60
    while not (told.exists() and told.read_text(encoding="utf-8")) and time.monotonic() < most:
        time.sleep(0.05)
    child = psutil.Process(int(told.read_text(encoding="utf-8")))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert not psutil.wait_procs([child], timeout=30)[1]


@pytest.mark.parametrize("field", ["udf", "sdf", "occ"])
def test_shapes_are_those_of_this_process(tmp_path, field):
    import trimesh

    records = []
    for k, solid in enumerate([trimesh.creation.box(), trimesh.creation.icosphere(2)]):
        path = tmp_path / f"{k}.off"
        solid.export(path)
        records.append(ShapeRecord(f"solid/{k}", "solid", "train", str(path)))
    np.save(tmp_path / "grid.npy", np.arange(64).reshape(4, 4, 4) < 30)
    np.save(tmp_path / "cloud.npy", np.random.default_rng(0).normal(size=(40, 3)))
    for name in ("grid", "cloud", "missing"):
        path = str(tmp_path / f"{name}.npy")
        records.append(ShapeRecord(f"solid/{name}", "solid", "test", path))
    records.append(ShapeRecord("solid/2@p0", "solid", "test", path, complete_path=records[0].path))
    dataset, settings = ShapeDataset("folder", seed=3), ShapeSettings(field, 32, 16)
    here = prepare_shapes(dataset.read(records), settings, 2, seed=3)
    there = prepare_shard(dataset, records, settings, 2)
    assert there.rejected == here.rejected and len(here.shapes) >= 3
    same(there, here, field)


def test_parts_of_points_are_kept(tmp_path):
    lines = [f"{len(SQUARES.vertices)} {len(SQUARES.faces)} 0"]
    lines += [" ".join(map(str, row)) for row in SQUARES.vertices]
    lines += ["3 " + " ".join(map(str, row)) for row in SQUARES.faces]
    for split in ("train", "test"):
        folder = tmp_path / "Square" / split
        folder.mkdir(parents=True)
        (folder / "a.off").write_text("OFF\n" + "\n".join(lines) + "\n")
        (folder / "a_labels.txt").write_text("lower\n3 4\nupper\n1 2\n")
    dataset = ShapeDataset("labeled_meshes", str(tmp_path))
    records = dataset.format.catalog().records
    there = prepare_shard(dataset, records, SETTINGS, 1)
    here = prepare_shapes(dataset.read(records), SETTINGS, 1, 0)
    assert len(here.shapes) == 3 and here.shapes[0].parts.names == ("lower", "upper")
    same(there, here, "udf")


def test_generated_shapes_need_no_child(monkeypatch):
    from inr2vec_core.shapes.isolation import parent

    monkeypatch.setattr(parent, "prepare_in_child", None)
    dataset = ShapeDataset("procedural", classes=("chair",), counts=(1, 1, 1))
    assert len(prepare_shard(dataset, dataset.catalog().records, SETTINGS, 0).shapes) == 3


def test_large_files_and_fine_grids_may_take_longer(tmp_path):
    file = tmp_path / "large.obj"
    with file.open("wb") as large:
        large.truncate(500_000_000)
    raised = Limits().raised_for([str(file), str(file), "", "missing"], SETTINGS, 0)
    assert raised.seconds == pytest.approx(530)
    assert raised.memory == (2 << 30) + 32 * 500_000_000
    fine = Limits().raised_for([], ShapeSettings("occ", resolution=256), 4)
    assert fine.seconds > 5 * 37 and fine.memory > 3 << 30


def test_a_child_that_cannot_start_is_no_file_s_fault(tricks, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with pytest.raises(RuntimeError, match="the process that reads shapes ended its process"):
        prepared(tricks("good"))


def test_a_layout_that_leaves_shapes_out_is_found(tricks, tmp_path):
    short = TRICKS + "\n    def read(self, records):\n        return iter(())\n"
    (tmp_path / "layouts" / "tricks.py").write_text(short)
    with pytest.raises(RuntimeError, match="tricks left out 1 of 1 shapes"):
        prepared(tricks("good"))


def test_the_error_of_the_layout_is_an_input_error(tricks):
    with pytest.raises(InputError, match="unknown reader"):
        prepared(tricks("good"), "nowhere")
