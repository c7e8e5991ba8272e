"""The manifest of a data set: its columns, its order, and the checks of what is left."""

import h5py
import numpy as np
import pandas as pd
import pytest

from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.io.frames import write_frame
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.catalog import Rejected
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.manifest import (
    check_manifest,
    describe_rejected,
    manifest_of_shards,
    read_manifest,
    training_shapes_without_copies,
)
from inr2vec_core.shapes.pairing import FRAME
from unit.shapes.helpers import raises


@pytest.fixture
def shards(tmp_path):
    """Two shards of chairs, one augmented copy of each training shape among them."""
    dataset = ShapeDataset("procedural", classes=["chair"], counts=(2, 1, 1), shards=2)
    catalog, files = dataset.catalog(), [tmp_path / "0.h5", tmp_path / "1.h5"]
    for number, file in enumerate(files):
        read = dataset.read(dataset.shard(catalog, number))
        write_shard(file, prepare_shapes(read, ShapeSettings(points=32), 1, 0).typed_columns())
    return files


def test_a_manifest_has_a_row_for_each_shape_and_copy(shards):
    manifest = manifest_of_shards(shards)
    assert list(manifest.columns) == [
        "shape_id", "class", "split", "source_file", "augmentation", "shard", "preparation",
        "occupied", *FRAME,
    ]  # fmt: skip
    assert manifest["shape_id"].tolist() == [
        "chair/test/000000", "chair/train/000000", "chair/train/000000@1", "chair/train/000001",
        "chair/train/000001@1", "chair/val/000000",
    ]  # fmt: skip
    assert manifest["shard"].tolist() == [0, 1, 1, 0, 0, 1]
    assert manifest["augmentation"].tolist() == [0, 0, 1, 0, 1, 0]
    assert set(manifest["preparation"]) == {"cloud"}
    assert manifest["source_file"][0] == "procedural[2000000]"
    assert manifest["occupied"].isna().all()
    copies = manifest["augmentation"] > 0
    for column in FRAME:
        assert (manifest[column].isna() == copies).all()
    assert (manifest["scale"][~copies] > 0).all() and manifest["scale"].dtype == np.float64


def test_training_shapes_without_a_copy_are_counted(shards):
    manifest = manifest_of_shards(shards)
    assert training_shapes_without_copies(manifest) == 0
    assert training_shapes_without_copies(manifest[manifest["augmentation"] == 0]) == 2
    assert training_shapes_without_copies(manifest.drop(2)) == 1


def test_a_manifest_is_read_again(shards, tmp_path):
    manifest = manifest_of_shards(shards)
    write_frame(tmp_path / "shapes.parquet", manifest)
    pd.testing.assert_frame_equal(read_manifest(tmp_path / "shapes.parquet"), manifest)
    with raises("none.parquet is missing: make it first"):
        read_manifest(tmp_path / "none.parquet")


def test_what_an_older_version_wrote_is_named_with_the_cure(shards, tmp_path):
    path = tmp_path / "shapes.parquet"
    write_frame(path, manifest_of_shards(shards).rename(columns={"center_x": "centre_x"}))
    with raises("shapes.parquet has no 'center_x'", "older version; remove it"):
        read_manifest(path)
    with h5py.File(shards[1], "a") as file:
        file.move("source_file", "source")
    with raises("1.h5 has no 'source_file'", "older version; remove it"):
        manifest_of_shards(shards)


def test_a_manifest_must_have_the_shapes_that_are_needed(shards):
    manifest = manifest_of_shards(shards)
    check_manifest(manifest, needs_splits=True)
    no_test = manifest[manifest["split"] != "test"]
    check_manifest(no_test, needs_splits=False)
    with raises("'chair' has no test shapes"):
        check_manifest(no_test, needs_splits=True)
    with raises("no shape is left"):
        check_manifest(manifest[:0], needs_splits=False)


def test_the_first_shapes_set_aside_are_named():
    rejected = [Rejected(f"s{k}", f"{k}.off", "flat") for k in range(12)]
    lines = describe_rejected(rejected).splitlines()
    assert lines == [*(f"  {k}.off: flat" for k in range(10)), "  ... and 2 more"]
    assert describe_rejected(rejected[:1]) == "  0.off: flat"
