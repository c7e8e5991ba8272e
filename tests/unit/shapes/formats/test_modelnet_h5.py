"""ModelNet's h5 files: their rows, names and labels, and every way in which they can be bad."""

from collections import Counter
from pathlib import Path

import h5py
import numpy as np
import pytest

from inr2vec_core.geometry.raw import Grid
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.formats.modelnet_h5 import Format
from unit.shapes.helpers import raises, touch

MODELNET10 = Path(__file__).parents[5] / "shared" / "data" / "modelnet10_clouds"


def write_h5(file, labels, **arrays):
    labels = np.asarray(labels, np.uint8)
    arrays = {"data": np.zeros((len(labels), 4, 3), np.float32), "label": labels, **arrays}
    with h5py.File(file, "w") as h5:
        for name, array in arrays.items():
            if array is not None:
                h5[name] = array


@pytest.fixture
def modelnet(tmp_path):
    (tmp_path / "shape_names.txt").write_text("bed\nchair\n")
    write_h5(tmp_path / "ply_data_train0.h5", [[1], [0], [1]])
    write_h5(tmp_path / "ply_data_test0.h5", [0])
    (tmp_path / "ply_data_train0_names.txt").write_text("chair_7\nbed_1\nchair_2\n")
    return tmp_path


def test_h5_lists_rows_with_and_without_names(modelnet):
    catalog = Format(modelnet).catalog()
    train, test = (str(modelnet / f"ply_data_{split}0.h5") for split in ("train", "test"))
    assert catalog.records == [
        ShapeRecord("bed/test/ply_data_test0_00000", "bed", "test", test, 0),
        ShapeRecord("bed/train/bed_1", "bed", "train", train, 1),
        ShapeRecord("chair/train/chair_2", "chair", "train", train, 2),
        ShapeRecord("chair/train/chair_7", "chair", "train", train, 0),
    ]
    assert catalog.rejected == []
    assert [Path(file).name for file in Format(modelnet).files(catalog.records[:1])] == [
        "ply_data_test0.h5",
        "ply_data_train0.h5",
        "ply_data_train0_names.txt",
        "shape_names.txt",
    ]


def test_h5_duplicate_name_is_set_aside_naming_both_rows(modelnet):
    (modelnet / "ply_data_train0_names.txt").write_text("chair_7\nbed_1\nchair_7\n")
    catalog = Format(modelnet).catalog()
    (rejected,) = catalog.rejected
    assert rejected.shape_id == "chair/train/chair_7"
    assert rejected.source_file.endswith("ply_data_train0.h5[2]")
    assert "ply_data_train0.h5[0]" in rejected.reason
    assert len(catalog.records) == 3


def test_h5_label_out_of_range_is_set_aside(modelnet):
    write_h5(modelnet / "ply_data_train0.h5", [1, 2, 0])
    catalog = Format(modelnet).catalog()
    (rejected,) = catalog.rejected
    assert (rejected.shape_id, rejected.source_file[-4:]) == ("bed_1", "5[1]")
    assert "label 2" in rejected.reason and "shape_names.txt" in rejected.reason
    assert len(catalog.records) == 3


@pytest.mark.parametrize(
    ("arrays", "found"),
    [
        ({"data": None}, r"holds label \(2,\) uint8"),
        ({"data": None, "label": None}, "holds nothing"),
        ({"data": np.zeros((2, 4, 2), np.float32)}, r"data \(2, 4, 2\) float32"),
        ({"data": np.zeros((2, 4), np.float32)}, r"data \(2, 4\) float32"),
        ({"data": np.zeros((2, 4, 3), int)}, r"data \(2, 4, 3\) int64"),
        ({"data": np.zeros((5, 4, 3), np.float32)}, r"data \(5, 4, 3\).*label \(2,\)"),
        ({"label": np.zeros(2)}, r"label \(2,\) float64"),
        ({"label": np.zeros((2, 2), int)}, r"label \(2, 2\) int64"),
        ({"label": None, "label/x": np.zeros(2)}, "label group"),
    ],
)
def test_h5_with_a_wrong_layout_is_refused(modelnet, arrays, found):
    write_h5(modelnet / "ply_data_test0.h5", [0, 1], **arrays)
    with raises(r"ply_data_test0\.h5", found, r"expected data \(N, P, 3\)"):
        Format(modelnet).catalog()


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_truncated_h5_is_refused(modelnet, share):
    file = modelnet / "ply_data_test0.h5"
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    with raises(r"ply_data_test0\.h5 is (empty|cut short)", "download it again"):
        Format(modelnet).catalog()


@pytest.mark.parametrize(
    ("file", "text", "parts"),
    [
        ("shape_names.txt", "", ["names 0 classes", "name each class once"]),
        ("shape_names.txt", "bed\nbed\n", ["names 2 classes, 1 of them", "name each class once"]),
        ("shape_names.txt", "bed\0\n", ["is not a readable text file", "null bytes", "restore it"]),
        ("ply_data_train0_names.txt", "one\n", ["1 names for the 3 shapes", "give one a line"]),
    ],
)
def test_wrong_names_files_are_refused(modelnet, file, text, parts):
    (modelnet / file).write_text(text, encoding="latin-1")
    with raises(file, *parts):
        Format(modelnet).catalog()


def test_missing_class_names_are_refused(modelnet):
    (modelnet / "shape_names.txt").unlink()
    for call in (Format(modelnet).catalog, lambda: Format(modelnet).files([])):
        with raises(r"shape_names\.txt is missing", "one a line"):
            call()


def test_root_must_be_a_folder_with_h5_files(tmp_path):
    touch(tmp_path, "file.txt")
    for root, fault in (("none", "none does not exist"), ("file.txt", "file.txt is not a folder")):
        for call in (
            Format(tmp_path / root).catalog,
            lambda r=root: Format(tmp_path / r).files([]),
        ):
            with raises(fault, "root"):
                call()
    with raises(str(tmp_path), "holds no"):
        Format(tmp_path).files([])


@pytest.mark.skipif(not MODELNET10.is_dir(), reason="the ModelNet10 clouds are not here")
def test_real_modelnet10_lists_the_official_split():
    catalog = Format(MODELNET10).catalog()
    assert Counter(s.split for s in catalog.records) == {"train": 3991, "test": 908}
    assert len({s.class_name for s in catalog.records}) == 10
    assert catalog.rejected == []
    # The names say the class too: labels and shape_names.txt are read in the right order.
    assert all(Path(s.shape_id).name.startswith(s.class_name) for s in catalog.records)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float32])
def test_h5_of_many_grids_is_listed(tmp_path, dtype):
    (tmp_path / "shape_names.txt").write_text("chair\nbed\n")
    write_h5(tmp_path / "ply_data_train0.h5", [1, 0], data=np.ones((2, 3, 4, 5), dtype))
    records = Format(tmp_path).catalog().records
    assert [record.class_name for record in records] == ["bed", "chair"]
    for _, geometry in Format(tmp_path).read(records):
        assert isinstance(geometry, Grid) and geometry.values.dtype == dtype
        assert geometry.values.shape == (3, 4, 5)
