"""ShapeNet Part's hdf5_data: classes from their categories, a part for each point."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.formats.shapenet_part_h5 import Format
from unit.shapes.helpers import halves, names, raises


def write_part_h5(file, labels, **arrays):
    n = len(labels)
    whole = {
        "data": np.zeros((n, 4, 3), np.float32),
        "label": np.array(labels, np.uint8)[:, None],
        "pid": np.zeros((n, 4), np.uint8),
    }
    with h5py.File(file, "w") as h5:
        for name, array in (whole | arrays).items():
            if array is not None:
                h5[name] = array


@pytest.fixture
def part_h5(tmp_path):
    (tmp_path / "all_object_categories.txt").write_text("Airplane\t02691156\nBag\t02773838\n")
    for split, labels in {"train": [1, 0], "val": [0], "test": [1]}.items():
        write_part_h5(tmp_path / f"ply_data_{split}0.h5", labels)
    return tmp_path


def test_h5_rows_have_the_category_of_their_label(part_h5):
    catalog = ShapeDataset("shapenet_part_h5", str(part_h5)).catalog()
    assert [(s.class_name, s.split, Path(s.path).name, s.row) for s in catalog.records] == [
        ("Airplane", "train", "ply_data_train0.h5", 1),
        ("Airplane", "val", "ply_data_val0.h5", 0),
        ("Bag", "test", "ply_data_test0.h5", 0),
        ("Bag", "train", "ply_data_train0.h5", 0),
    ]
    names = [Path(file).name for file in Format(part_h5).files([])]
    assert names == ["all_object_categories.txt"] + [
        f"ply_data_{split}0.h5" for split in ("test", "train", "val")
    ]


def test_a_label_that_names_no_category_sets_its_row_aside(part_h5):
    write_part_h5(part_h5 / "ply_data_train0.h5", [1, 2, 0])
    catalog = Format(part_h5).catalog()
    (rejected,) = catalog.rejected
    assert rejected.source_file.endswith("ply_data_train0.h5[1]")
    assert "label 2 names none of the 2 lines of all_object_categories.txt" in rejected.reason
    assert len(catalog.records) == 4


@pytest.mark.parametrize("arrays, found", [
    ({"pid": None}, ["holds no pid", r"pid \(N, P\)", "modelnet_h5 for shapes without"]),
    ({"pid": np.zeros((2, 5), np.uint8)}, [r"holds pid \(2, 5\) uint8 beside data \(2, 4, 3\)"]),
    ({"pid": np.zeros((3, 4), np.uint8)}, [r"holds pid \(3, 4\) uint8"]),
    ({"pid": np.zeros((2, 4), "S1")}, [r"holds pid \(2, 4\) \|S1", "download it again"]),
    ({"pid": None, "pid/x": np.zeros(2)}, ["holds pid group"]),
    ({"data": np.zeros((2, 4, 4, 4), np.uint8)}, [r"data \(2, 4, 4, 4\)"]),
    ({"label": None}, [r"expected data \(N, P, 3\)"]),
])  # fmt: skip
def test_h5_without_a_part_for_each_point_is_refused(part_h5, arrays, found):
    write_part_h5(part_h5 / "ply_data_train0.h5", [0, 1], **arrays)
    with raises(r"ply_data_train0\.h5", *found):
        Format(part_h5).catalog()


@pytest.mark.parametrize("text, found", [
    ("", "names 0 classes"),
    ("Bag\t1\nBag\t2\n", "names 2 classes, 1 of them different"),
])  # fmt: skip
def test_wrong_categories_of_h5_are_refused(part_h5, text, found):
    (part_h5 / "all_object_categories.txt").write_text(text)
    with raises(r"all_object_categories\.txt", found):
        Format(part_h5).catalog()
    (part_h5 / "all_object_categories.txt").unlink()
    with raises(r"all_object_categories\.txt is missing"):
        Format(part_h5).catalog()


def test_rows_of_h5_have_their_own_parts_and_bad_ones_are_set_aside(rng, tmp_path):
    clouds = [halves(80, rng) for _ in range(4)]
    numbers = np.array([cloud.parts + 10 * k for k, cloud in enumerate(clouds)], float)
    numbers[1, 7], numbers[2, 3] = -1, 20.5
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["data"] = np.array([cloud.points for cloud in clouds], np.float32)
        file["pid"] = numbers
    records = [ShapeRecord(f"Bag/{k}", "Bag", "test", str(tmp_path / "a.h5"), k) for k in range(4)]
    shard = prepare_shapes(Format().read(records), ShapeSettings(points=64), 0, seed=0)
    assert shard.columns["shape_id"] == ["Bag/0", "Bag/3"]
    assert set(names(shard.shapes[0])) == {"0", "1"} and set(names(shard.shapes[1])) == {"30", "31"}
    left = names(shard.shapes[1]) == "30"
    points = shard.shapes[1].points[:, 0]
    assert points[left].max() < points[~left].min()
    reasons = {r.source_file: r.reason for r in shard.rejected}
    assert "point 8 is negative" in reasons[f"{tmp_path / 'a.h5'}[1]"]
    assert "label 20.5 of point 4" in reasons[f"{tmp_path / 'a.h5'}[2]"]
