"""Listing a data set and spreading it over shards."""

import os
import sys
from collections import Counter
from dataclasses import replace

import h5py
import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.catalog import ShapeRecord, chosen_copies
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.pairing import complete_id


def folder(root, train=10, test=4):
    for split, n in {"train": train, "test": test}.items():
        for k in range(n):
            path = root / "bed" / split / f"{k}.off"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    return ShapeDataset("folder", str(root), validation_fraction=0.2, shards=3)


def splits(catalog):
    return Counter(record.split for record in catalog.records)


def test_procedural_counts_are_per_class():
    dataset = ShapeDataset("procedural", classes=["chair", "table"], counts=(3, 1, 2))
    assert splits(dataset.catalog()) == {"train": 6, "val": 2, "test": 4}


def test_no_classes_are_all_classes():
    from inr2vec_core.shapes.procedural.classes import CLASSES

    dataset = ShapeDataset("procedural", counts=(1, 0, 0))
    assert {s.class_name for s in dataset.catalog().records} == set(CLASSES)


def test_a_validation_split_is_cut_from_the_training_shapes(tmp_path):
    catalog = folder(tmp_path).catalog()
    assert splits(catalog) == {"train": 8, "val": 2, "test": 4}


def test_shards_have_every_shape_once(tmp_path):
    dataset = folder(tmp_path)
    catalog = dataset.catalog()
    shards = [dataset.shard(catalog, k) for k in range(3)]
    assert [len(shard) for shard in shards] == [5, 5, 4]
    spread = Counter(s.shape_id for shard in shards for s in shard)
    assert spread == Counter(s.shape_id for s in catalog.records)
    assert set(spread.values()) == {1}


def test_a_folders_shard_depends_on_its_own_files(tmp_path):
    dataset = folder(tmp_path)
    catalog = dataset.catalog()
    assert dataset.files(catalog, 1) == [s.path for s in dataset.shard(catalog, 1)]


def test_procedural_shapes_depend_on_no_file():
    dataset = ShapeDataset("procedural", counts=(1, 1, 1))
    assert dataset.files(dataset.catalog(), 0) == []


def test_a_limit_draws_shapes_by_the_seed_and_more_keep_the_fewer(tmp_path):
    folder(tmp_path)
    few, many, other = (
        {
            s.shape_id
            for s in ShapeDataset("folder", str(tmp_path), limit=n, seed=seed).catalog().records
        }
        for n, seed in ((3, 0), (7, 0), (7, 1))
    )
    assert len(few) == 3 and len(many) == 7 and few < many
    assert other != many


def test_a_limit_above_the_number_of_shapes_takes_all(tmp_path):
    folder(tmp_path)
    assert len(ShapeDataset("folder", str(tmp_path), limit=99).catalog().records) == 14


def test_more_shards_than_shapes_are_refused_with_the_cure():
    dataset = ShapeDataset("procedural", classes=["chair"], counts=(1, 1, 1), shards=4)
    with pytest.raises(InputError, match=r"3 shapes cannot fill 4 shards; set.*`shards`"):
        dataset.catalog()


def test_an_unknown_reader_is_named():
    with pytest.raises(InputError, match="unknown reader 'obj'"):
        ShapeDataset("obj").catalog()


def test_made_views_have_the_split_of_their_shape():
    complete = ShapeDataset("procedural", classes=("chair",), counts=(3, 1, 1), limit=4)
    partial = ShapeDataset(
        "procedural", classes=("chair",), counts=(3, 1, 1), limit=4, side="partial", views=3
    )
    split = {s.shape_id: s.split for s in complete.catalog().records}
    views = partial.catalog().records
    assert len(split) == 4 and len(views) == 12
    assert all(split[complete_id(s.shape_id)] == s.split for s in views)
    made = prepare_shapes(
        partial.read(views[:3]), ShapeSettings(points=64, side="partial", frame="complete"), 0, 0
    )
    assert len({s.points.tobytes() for s in made.shapes}) == 3


def test_bad_names_are_set_aside_in_every_layout(tmp_path):
    folder(tmp_path)
    (tmp_path / "bed/train/b{r}ace.off").touch()
    (tmp_path / "bed/train" / os.fsdecode(b"l\xe4.off")).touch()
    dataset = ShapeDataset("folder", str(tmp_path))
    assert len(dataset.catalog().records) == 14
    assert [bad.shape_id for bad in dataset.catalog().rejected] == [
        "bed/train/b{r}ace", "bed/train/l\\xe4",
    ]  # fmt: skip


@pytest.mark.parametrize("reader", ["modelnet_h5", "occupancy_networks"])
def test_bad_class_names_in_lists_set_their_shapes_aside(tmp_path, reader):
    if reader == "modelnet_h5":
        (tmp_path / "shape_names.txt").write_bytes(
            "\ufeffbed\r\ncha/ir\r\n".encode() + b"l\xe4mp\r\n"
        )
        with h5py.File(tmp_path / "ply_data_train0.h5", "w") as h5:
            h5["data"], h5["label"] = np.zeros((4, 5, 3), np.float32), np.array([0, 1, 2, 0])
        expected = {"cha/ir/train/ply_data_train0_00001", "l\\xe4mp/train/ply_data_train0_00002"}
    else:
        names = ["a", "b{r}", "l\udce4", "n" * 300]
        for name in names[:3]:
            (tmp_path / "bed" / name).mkdir(parents=True)
            (tmp_path / "bed" / name / "pointcloud.npz").touch()
        (tmp_path / "bed/train.lst").write_bytes(
            "\r\n".join(names).encode(errors="surrogateescape")
        )
        expected = {"bed/b{r}", "bed/l\\xe4", "bed/" + "n" * 300}
    catalog = ShapeDataset(reader, str(tmp_path)).catalog()
    assert {record.class_name for record in catalog.records} == {"bed"}
    assert {bad.shape_id for bad in catalog.rejected} == expected


def test_data_set_whose_names_are_all_bad_is_refused(tmp_path):
    folder(tmp_path / "in{side}")
    with pytest.raises(InputError, match=r"root .*in\{side\} has a brace.*: rename it"):
        ShapeDataset("folder", str(tmp_path / "in{side}")).catalog()
    (tmp_path / "in{side}/bed").rename(tmp_path / "b{e}d")
    (tmp_path / "in{side}").rmdir()
    with pytest.raises(InputError, match=r"all of its 14 shapes are set aside.*brace"):
        ShapeDataset("folder", str(tmp_path)).catalog()


def test_names_that_depend_on_the_locale_are_refused(tmp_path, monkeypatch):
    folder(tmp_path)
    dataset = ShapeDataset("folder", str(tmp_path))
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "gbk")
    assert dataset.catalog().records  # ASCII is the same in all of them
    (tmp_path / "bed/train/ü.off").touch()
    with pytest.raises(InputError, match="depend on the locale, whose encoding is gbk: set LC_ALL"):
        dataset.catalog()


def test_names_of_any_kind_are_told_on_one_line(tmp_path):
    dataset, name = folder(tmp_path), os.fsdecode(b"a\nb\xe4")
    (tmp_path / "bed/train" / f"{name}.off").mkdir()
    (rejected,) = dataset.catalog().rejected
    assert rejected.shape_id == "bed/train/a\\nb\\xe4"
    assert rejected.source_file == f"{tmp_path}/bed/train/a\\nb\\xe4.off"
    (tmp_path / name).mkdir()
    with pytest.raises(InputError, match=r"class folder \S*/a\\nb\\xe4 holds no shapes"):
        dataset.catalog()


def test_a_folder_that_cannot_be_entered_is_named(tmp_path, monkeypatch):
    def closed(self):
        raise PermissionError(13, "Permission denied", str(tmp_path / "bed"))

    monkeypatch.setattr("inr2vec_core.shapes.formats.folder.Format.catalog", closed)
    with pytest.raises(InputError, match=r"/bed cannot be read: Permission denied$"):
        folder(tmp_path).catalog()


def test_a_shape_with_the_id_of_a_copy_of_another_is_set_aside(tmp_path):
    dataset = folder(tmp_path)
    (tmp_path / "bed/val").mkdir()
    for name in ("train/0@1", "train/0@3", "train/x@1", "test/0@1", "val/0"):
        (tmp_path / f"bed/{name}.off").touch()
    assert not dataset.catalog().rejected
    catalog = replace(dataset, copies=2).catalog()
    (rejected,) = catalog.rejected
    assert rejected.shape_id == "bed/train/0@1"
    assert "an augmented copy of bed/train/0 gets: rename it" in rejected.reason
    assert len(catalog.records) == 18


@pytest.mark.parametrize(
    ("n_train", "copies"),
    [(1, 20), (1_000, 20), (1_904, 20), (3_591, 10), (20_000, 1), (30_000, 0), (100_000, 0)],
)
def test_as_many_copies_as_pay(n_train, copies):
    records = [ShapeRecord(str(i), "bed", "train", "") for i in range(n_train)]
    assert chosen_copies([*records, ShapeRecord("x", "bed", "test", "")]) == copies


def test_the_number_of_copies_is_chosen_or_given(tmp_path):
    dataset = folder(tmp_path)
    assert [replace(dataset, copies=n).catalog().copies for n in ("auto", 3, 0)] == [20, 3, 0]


def test_files_that_a_workflow_cannot_watch_are_told_apart(tmp_path):
    folder(tmp_path, train=4, test=1)
    train = tmp_path / "bed/train"
    (train / "0.off").unlink()
    (train / "0.off").symlink_to("none.off")
    os.mkfifo(train / "pipe.off")
    os.utime(train / "1.off", (1e10, 1e10))
    dataset = ShapeDataset("folder", str(tmp_path))
    catalog = dataset.catalog()
    watched = [str(tmp_path / f"bed/{name}.off") for name in ("test/0", "train/2", "train/3")]
    assert dataset.files(catalog, 0) == watched
    assert dataset.unwatched(catalog, 0) == {
        str(train / "0.off"): "is a link to none.off, which is missing",
        str(train / "1.off"): "changed at 10000000000.0",
        str(train / "pipe.off"): "is a named pipe, not a file",
    }
    reasons = dict(zip([0, "pipe"], (str(bad) for _, bad in dataset.read(
        [r for r in catalog.records if r.shape_id in ("bed/train/0", "bed/train/pipe")]
    )), strict=True))  # fmt: skip
    assert "which is missing" in reasons[0] and "is a named pipe" in reasons["pipe"]
