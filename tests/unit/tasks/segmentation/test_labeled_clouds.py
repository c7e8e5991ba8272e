"""Clouds with parts: which can be used, and labels of reconstructed ones."""

import logging

import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.shapes import CloudShape, PartLabels, VoxelShape
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import shape_columns
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.tasks.segmentation.labeled_clouds import (
    PartDataset,
    labels_from_original,
    part_labels,
    reconstructed_clouds,
)
from inr2vec_core.tasks.segmentation.parts import Parts

POINTS = 10
NAMES = {"ball": ("low", "high"), "stick": ("whole",)}


def cloud_of(shape_id):
    """Random points; those of a ball are low or high."""
    class_name, number = shape_id.split("/")
    points = np.random.default_rng(int(number.replace("@", "000"))).standard_normal((POINTS, 3))
    index = (points[:, 2] > 0) * (class_name == "ball")
    return CloudShape(points.astype("f4"), PartLabels(NAMES[class_name], index.astype(np.int16)))


def part_named(name):
    return CloudShape(np.zeros((POINTS, 3), "f4"), PartLabels((name,), np.zeros(POINTS, np.int16)))


@pytest.fixture
def write(tmp_path):
    """A function that writes a shard of shapes by id and split, and returns its path."""

    def write(split_of, shapes=(), name="shard.h5"):
        ids, shapes = list(split_of), dict(shapes)
        written = [shapes[i] if i in shapes else cloud_of(i) for i in ids]
        columns = {
            "shape_id": ids, "class": [i.split("/")[0] for i in ids],
            "split": list(split_of.values()),
            "augmentation": np.array(["@" in i for i in ids], int),
        }  # fmt: skip
        write_shard(tmp_path / name, columns | shape_columns(written, type(written[0])))
        return tmp_path / name

    return write


TRAIN = {"ball/1": "train", "ball/1@1": "train", "stick/2": "train", "ball/3": "train"}


def parts_of(shard):
    return Parts.of(part_labels(ShardedShapes([shard], [shard], ["train"], copies=False)))


def test_parts_are_collected_from_training_shapes(write):
    shard = write(TRAIN | {"stick/9": "val"}, {"stick/9": part_named("unheard")})
    parts = parts_of(shard)
    assert parts.pairs == (("ball", "high"), ("ball", "low"), ("stick", "whole"))
    assert sum(parts.n_points) == 3 * POINTS


@pytest.mark.parametrize(
    "shape, why",
    [
        (CloudShape(np.zeros((4, 3), "f4")), "stick/2: its points have no part labels"),
        (VoxelShape(np.ones((2, 2, 2), bool)), "stick/2: it is a VoxelShape.*`field: udf`"),
    ],
)
def test_shapes_without_labels_are_refused(shape, why, write):
    shard = write({"stick/2": "train"}, {"stick/2": shape})
    with pytest.raises(InputError, match=why):
        parts_of(shard)
    labeled = write({"ball/1": "train"}, name="other.h5")
    with pytest.raises(InputError, match=f"1 of 1 shapes of train cannot be segmented: {why}"):
        PartDataset([shard], ["train"], parts_of(labeled))


def test_labeled_clouds_are_the_shapes_with_global_numbers(write):
    shard = write(TRAIN)
    data = PartDataset([shard], ["train"], parts_of(shard))
    clouds = list(data.clouds())
    assert [c.shape_id for c in clouds] == data.shape_id == ["ball/1", "stick/2", "ball/3"]
    for cloud in clouds:
        shape = cloud_of(cloud.shape_id)
        np.testing.assert_array_equal(cloud.points, shape.points)
        high, low, whole = range(3)
        is_high = (shape.points[:, 2] > 0) & (cloud.class_name == "ball")
        expected = np.where(is_high, high, low if cloud.class_name == "ball" else whole)
        np.testing.assert_array_equal(cloud.labels, expected)


def test_copies_are_kept_where_asked_for(write):
    shard = write(TRAIN)
    assert "ball/1@1" in PartDataset([shard], ["train"], parts_of(shard), copies=True).shape_id


def test_shapes_that_cannot_be_used_are_left_out_with_one_warning(write, caplog):
    tested = {f"stick/{k}": "test" for k in range(10, 15)} | {"ball/20": "test", "lamp/21": "test"}
    odd = {f"stick/{k}": part_named("wheel") for k in (11, 12)}
    odd["lamp/21"] = part_named("whole")
    shard = write(TRAIN | tested, odd)
    with caplog.at_level(logging.WARNING):
        data = PartDataset([shard], ["test"], parts_of(shard), embedded=tested.keys() - {"ball/20"})
    assert data.shape_id == ["stick/10", "stick/13", "stick/14"]
    assert data.class_name == ["stick"] * 3 and data.split == ["test"] * 3 and len(data) == 3
    assert [c.shape_id for c in data.clouds()] == data.shape_id
    assert [i for batch in data.shuffled(2, ["shapes"], 9, 0) for i in batch.shape_id]
    (record,) = caplog.records
    assert record.message.startswith("4 of 7 shapes of test cannot be segmented and are left out: ")
    assert "stick/11: class 'stick' has no part 'wheel'" in record.message
    assert "ball/20: it has no embedding" in record.message
    assert "lamp/21" not in record.message and record.message.endswith(", ...")


def test_there_is_no_warning_where_all_can_be_used(write, caplog):
    shard = write(TRAIN)
    PartDataset([shard], ["train"], parts_of(shard), embedded=TRAIN)
    assert not caplog.records


def test_no_shape_left_is_an_error(write):
    shard = write(TRAIN)
    with pytest.raises(InputError, match=r"3 of 3 shapes of train.*ball/1: it has no embedding"):
        PartDataset([shard], ["train"], parts_of(shard), embedded=[])


# ---------------------------------------------------------------------------- reconstructed clouds


def test_labels_come_from_the_nearest_original_point():
    original = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    points = np.array([[0.9, 0.1, 0], [0.1, 0, 0.2], [0, 3, 0], [1, 0, 0], [0.4, 0, 0]])
    labels = labels_from_original(points, original, np.array([7, 5, 6]))
    assert labels.tolist() == [5, 7, 6, 5, 7]


def test_reconstructed_clouds_have_the_labels_of_their_originals(write):
    shard = write(TRAIN | {"ball/5": "test", "stick/6": "test", "ball/7": "test", "ball/8": "test"},
                  {"ball/8": part_named("unheard")})  # fmt: skip
    originals = PartDataset([shard], ["test"], parts_of(shard))
    moved = {
        name: CloudShape(cloud_of(name).points[::-1].repeat(2, axis=0) + np.float32(1e-4))
        for name in ("ball/7", "ball/8", "ball/5")  # stick/6 could not be reconstructed
    }
    path = write(dict.fromkeys(moved, "test"), moved, "reconstructed.h5")
    found = list(reconstructed_clouds(ShardedShapes([path], [path]), originals))
    assert [c.shape_id for c in found] == ["ball/7", "ball/5"]
    of_original = {c.shape_id: c for c in originals.clouds()}
    for cloud in found:
        np.testing.assert_array_equal(cloud.points, moved[cloud.shape_id].points)
        expected = of_original[cloud.shape_id].labels[::-1].repeat(2)
        np.testing.assert_array_equal(cloud.labels, expected)


def test_nothing_reconstructed_gives_no_cloud(write):
    shard = write(TRAIN)
    originals = PartDataset([shard], ["train"], parts_of(shard))
    empty = ShardedShapes([shard], [shard], ["test"], may_be_empty=True)
    assert list(reconstructed_clouds(empty, originals)) == []
