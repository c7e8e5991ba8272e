"""Listing shapes with parts in each layout, and the files that they are made of."""

import json
from collections import Counter
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.dataset import READERS, ShapeDataset, source_files
from inr2vec_core.shapes.formats.folder import list_folder
from inr2vec_core.shapes.formats.labeled_meshes import list_labeled_meshes
from inr2vec_core.shapes.formats.modelnet_h5 import SHAPENET_PART, list_modelnet_h5
from inr2vec_core.shapes.formats.shapenet_part import list_shapenet_part

ROOT = Path(__file__).parents[4]
PRINCETON = ROOT.parent / "shared" / "data" / "princeton_segmentation"


def raises(*parts):
    """Expects an InputError whose message holds all these parts, in this order."""
    return pytest.raises(InputError, match="(?s)" + ".*".join(parts))


def test_the_schema_knows_the_readers():
    schema = yaml.safe_load((ROOT / "schemas" / "config.schema.yaml").read_text())
    reader = schema["$defs"]["dataset"]["properties"]["reader"]
    assert reader["enum"] == list(READERS)


# ---------------------------------------------------------------------------- ShapeNet Part, h5


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
    listing = ShapeDataset("shapenet_part_h5", str(part_h5)).listing()
    assert [(s.class_name, s.split, Path(s.path).name, s.row) for s in listing.sources] == [
        ("Airplane", "train", "ply_data_train0.h5", 1),
        ("Airplane", "val", "ply_data_val0.h5", 0),
        ("Bag", "test", "ply_data_test0.h5", 0),
        ("Bag", "train", "ply_data_train0.h5", 0),
    ]
    names = [file.name for file in source_files("shapenet_part_h5", part_h5)]
    assert names == ["all_object_categories.txt"] + [
        f"ply_data_{split}0.h5" for split in ("test", "train", "val")
    ]


def test_a_label_that_names_no_category_sets_its_row_aside(part_h5):
    write_part_h5(part_h5 / "ply_data_train0.h5", [1, 2, 0])
    listing = list_modelnet_h5(part_h5, SHAPENET_PART)
    (rejected,) = listing.rejected
    assert rejected.source.endswith("ply_data_train0.h5[1]")
    assert "label 2 names none of the 2 lines of all_object_categories.txt" in rejected.reason
    assert len(listing.sources) == 4


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
        list_modelnet_h5(part_h5, SHAPENET_PART)


@pytest.mark.parametrize("text, found", [
    ("", "names 0 classes"),
    ("Bag\t1\nBag\t2\n", "names 2 classes, 1 of them different"),
])  # fmt: skip
def test_wrong_categories_of_h5_are_refused(part_h5, text, found):
    (part_h5 / "all_object_categories.txt").write_text(text)
    with raises(r"all_object_categories\.txt", found):
        list_modelnet_h5(part_h5, SHAPENET_PART)
    (part_h5 / "all_object_categories.txt").unlink()
    with raises(r"all_object_categories\.txt is missing"):
        list_modelnet_h5(part_h5, SHAPENET_PART)


# ---------------------------------------------------------------------------- ShapeNet Part, text


LISTS = {
    "train": ["shape_data/02691156/b", "shape_data/02773838/x"],
    "val": ["shape_data/02691156/a"],
    "test": ["shape_data/02691156/c"],
}


def write_list(root, split, entries):
    folder = root / "train_test_split"
    folder.mkdir(exist_ok=True)
    (folder / f"shuffled_{split}_file_list.json").write_text(json.dumps(entries))


@pytest.fixture
def benchmark(tmp_path):
    (tmp_path / "synsetoffset2category.txt").write_text("Airplane\t02691156\nBag\t02773838\n")
    for name in ("02691156/a", "02691156/b", "02691156/c", "02773838/x"):
        (tmp_path / f"{name}.txt").parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.txt").touch()
    for split, entries in LISTS.items():
        write_list(tmp_path, split, entries)
    return tmp_path


def test_the_lists_give_the_splits_and_the_folders_the_classes(benchmark):
    listing = list_shapenet_part(benchmark)
    a, b, c = (str(benchmark / f"02691156/{name}.txt") for name in "abc")
    assert listing.sources == [
        ShapeRecord("Airplane/a", "Airplane", "val", a),
        ShapeRecord("Airplane/b", "Airplane", "train", b),
        ShapeRecord("Airplane/c", "Airplane", "test", c),
        ShapeRecord("Bag/x", "Bag", "train", str(benchmark / "02773838/x.txt")),
    ]
    assert (listing.rejected, listing.ignored) == ([], 0)


def test_a_shard_depends_on_its_own_clouds(benchmark):
    source = ShapeDataset("shapenet_part", str(benchmark), shards=2)
    listing = source.listing()
    assert source.files(listing, 1) == [listing.sources[k].path for k in (1, 3)]


def test_a_shape_in_no_list_is_passed_over(benchmark):
    (benchmark / "02691156/d.txt").touch()
    listing = list_shapenet_part(benchmark)
    assert len(listing.sources) == 4 and listing.ignored == 1


@pytest.mark.parametrize("entry, reason", [
    ("shape_data/02691156/z", "file that is missing: restore it, or take it from the list"),
    ("shape_data/02691156/a/b", "file that is missing"),
    ("shape_data/03001627/a", "no class in synsetoffset2category.txt: correct the entry"),
    ("shape_data/../x", "no class"),
    ("nonsense", "no class"),
    ("shape_data/02691156/a", "used in the val split already: take it from one list"),
])  # fmt: skip
def test_an_entry_that_names_no_shape_is_set_aside_alone(benchmark, entry, reason):
    write_list(benchmark, "test", [*LISTS["test"], entry])
    listing = list_shapenet_part(benchmark)
    assert len(listing.sources) == 4
    (rejected,) = listing.rejected
    assert reason in rejected.reason
    assert "shuffled_test_file_list.json" in rejected.reason and repr(entry) in rejected.reason


def test_a_folder_that_is_missing_sets_its_shapes_aside(benchmark):
    (benchmark / "02773838/x.txt").unlink()
    (benchmark / "02773838").rmdir()
    listing = list_shapenet_part(benchmark)
    assert [r.shape_id for r in listing.rejected] == ["Bag/x"]
    assert len(listing.sources) == 3


@pytest.mark.parametrize("file, text, parts", [
    ("synsetoffset2category.txt", "", ["its 0 lines must name each class and folder once"]),
    ("synsetoffset2category.txt", "Bag\n", ["'Bag' is not a class's name and its folder"]),
    ("synsetoffset2category.txt", "Bag 1\nBag 2\n", ["its 2 lines must name each class"]),
    ("synsetoffset2category.txt", "Bag 1\nCap 1\n", ["its 2 lines must name each class"]),
    ("train_test_split/shuffled_val_file_list.json", "[", ["cannot be read", "restore it"]),
    ("train_test_split/shuffled_val_file_list.json", '{"a": 1}', ["is no list of shapes"]),
    ("train_test_split/shuffled_val_file_list.json", "[1]", ["is no list of shapes"]),
    ("synsetoffset2category.txt", None, ["is missing", "root"]),
    ("train_test_split/shuffled_val_file_list.json", None, ["is missing", "root"]),
])  # fmt: skip
def test_files_about_the_shapes_that_are_bad_are_refused(benchmark, file, text, parts):
    if text is None:
        (benchmark / file).unlink()
    else:
        (benchmark / file).write_text(text)
    with raises(Path(file).name, *parts):
        list_shapenet_part(benchmark)


def test_lists_without_any_shape_are_refused(benchmark):
    for name in ("02691156/a", "02691156/b", "02691156/c", "02773838/x"):
        (benchmark / f"{name}.txt").unlink()
    with raises(str(benchmark), "none of the 4 shapes", "restore them"):
        list_shapenet_part(benchmark)


# ---------------------------------------------------------------------------- labelled meshes


@pytest.fixture
def meshes(tmp_path):
    for class_name in ("Chair", "Fish"):
        (tmp_path / class_name).mkdir()
        for k in range(10):
            (tmp_path / class_name / f"{k}.off").touch()
            (tmp_path / class_name / f"{k}_labels.txt").touch()
    return tmp_path


def test_meshes_are_split_as_a_folders_are(meshes):
    listing = list_labeled_meshes(meshes, 0.2, seed=3)
    assert listing == list_folder(meshes, 0.2, seed=3)._replace(ignored=0)
    assert Counter((s.class_name, s.split) for s in listing.sources) == {
        (c, s): n for c in ("Chair", "Fish") for s, n in (("train", 8), ("test", 2))
    }


def test_a_mesh_without_labels_is_set_aside_and_moves_no_other(meshes):
    whole = list_labeled_meshes(meshes, 0.2)
    (meshes / "Chair/4_labels.txt").unlink()
    listing = list_labeled_meshes(meshes, 0.2)
    assert listing.sources == [s for s in whole.sources if s.shape_id != "Chair/4"]
    (rejected,) = listing.rejected
    assert rejected.source == str(meshes / "Chair/4.off")
    assert "Chair/4_labels.txt is missing: add it" in rejected.reason
    assert listing.ignored == 0


def test_other_files_than_off_are_passed_over(meshes):
    (meshes / "Chair/4.obj").touch()
    (meshes / "Chair/99_labels.txt").touch()
    listing = list_labeled_meshes(meshes, 0.2)
    assert len(listing.sources) == 20 and listing.ignored == 2


def test_a_shard_depends_on_its_meshes_and_their_labels(meshes):
    source = ShapeDataset("labeled_meshes", str(meshes), test_fraction=0.2, shards=10)
    files = source.files(source.listing(), 0)
    names = ("Chair/0.off", "Chair/0_labels.txt", "Fish/0.off", "Fish/0_labels.txt")
    assert files == [str(meshes / name) for name in names]
    assert len(source_files("labeled_meshes", meshes)) == 40


def test_meshes_without_any_labels_are_refused(meshes):
    for file in meshes.glob("*/*_labels.txt"):
        file.unlink()
    with raises(str(meshes), "none of its 20 meshes", "use the reader folder"):
        list_labeled_meshes(meshes, 0.2)


@pytest.mark.skipif(not PRINCETON.is_dir(), reason="needs the real meshes")
def test_real_meshes_all_have_labels():
    listing = ShapeDataset("labeled_meshes", str(PRINCETON), test_fraction=0.2).listing()
    assert len(listing.sources) == 160 and listing.rejected == [] and listing.ignored == 0
    assert Counter(s.split for s in listing.sources)["test"] == 32
