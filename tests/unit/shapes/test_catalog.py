"""Listing data sets: layouts, splits, duplicates, and messages that name the file and the cure."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import h5py
import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.dataset import source_files
from inr2vec_core.shapes.formats.folder import list_folder
from inr2vec_core.shapes.formats.modelnet_h5 import list_modelnet_h5
from inr2vec_core.shapes.formats.procedural import list_procedural
from inr2vec_core.shapes.splits import check_splits, cut_validation

MODELNET10 = Path(__file__).parents[4] / "shared" / "data" / "modelnet10_clouds"


def touch(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def ids(listing):
    return [source.shape_id for source in listing.sources]


def splits(listed):
    return Counter((source.class_name, source.split) for source in listed)


def raises(*parts):
    """Expects an InputError whose message holds all these parts, in this order."""
    return pytest.raises(InputError, match="(?s)" + ".*".join(parts))


# ---------------------------------------------------------------------------- folders


def test_folder_with_splits_lists_shapes_sorted_with_class_and_split(tmp_path):
    touch(
        tmp_path, "chair/train/b.off", "chair/valid/v.PLY", "chair/test/t.npy", "bed/Train/a.x.obj"
    )
    listing = list_folder(tmp_path)
    assert [(s.shape_id, s.class_name, s.split, s.row) for s in listing.sources] == [
        ("bed/Train/a.x", "bed", "train", -1),
        ("chair/test/t", "chair", "test", -1),
        ("chair/train/b", "chair", "train", -1),
        ("chair/valid/v", "chair", "val", -1),
    ]
    assert listing.sources[2].path == str(tmp_path / "chair/train/b.off")
    assert listing.rejected == []


def test_other_files_are_counted_and_hidden_ones_are_not(tmp_path):
    touch(tmp_path, "chair/train/a.off", "chair/train/a.mtl", "chair/train/.b.off", "README.txt")
    listing = list_folder(tmp_path)
    assert ids(listing) == ["chair/train/a"]
    assert listing.ignored == 2


def test_same_stem_twice_sets_the_second_aside_naming_both(tmp_path):
    touch(tmp_path, "chair/train/a.off", "chair/train/a.obj")
    listing = list_folder(tmp_path)
    (kept,), (rejected,) = listing.sources, listing.rejected
    assert kept.path.endswith("a.obj")
    assert (rejected.shape_id, rejected.source) == (
        "chair/train/a",
        str(tmp_path / "chair/train/a.off"),
    )
    assert "a.obj" in rejected.reason and "rename" in rejected.reason


def test_list_does_not_depend_on_the_order_of_the_file_system(tmp_path, monkeypatch):
    touch(tmp_path, *(f"c{k}/{i}.off" for k in range(3) for i in range(5)), "c0/2.obj")
    forward = list_folder(tmp_path, 0.4, 0), source_files("folder", tmp_path)
    real = os.scandir

    class Reversed:
        def __init__(self, folder):
            with real(folder) as entries:
                self.entries = sorted(entries, key=lambda entry: entry.name, reverse=True)

        def __enter__(self):
            return iter(self.entries)

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(os, "scandir", Reversed)
    backward = list_folder(tmp_path, 0.4, 0), source_files("folder", tmp_path)
    assert forward == backward


def test_class_folders_without_splits_are_split_by_seed(tmp_path):
    touch(tmp_path, *(f"{c}/{i:02d}.off" for c in ("bed", "chair") for i in range(10)))
    listed = list_folder(tmp_path, test_fraction=0.3, seed=1).sources
    assert splits(listed) == {
        (c, s): n for c in ("bed", "chair") for s, n in (("train", 7), ("test", 3))
    }
    assert listed == list_folder(tmp_path, 0.3, 1).sources
    assert listed != list_folder(tmp_path, 0.3, 2).sources


def test_the_draw_of_one_class_does_not_depend_on_another(tmp_path):
    touch(tmp_path, *(f"chair/{i:02d}.off" for i in range(10)))
    alone = list_folder(tmp_path, 0.3, 1).sources
    touch(tmp_path, *(f"bed/{i:02d}.off" for i in range(10)))
    together = list_folder(tmp_path, 0.3, 1).sources
    assert [source for source in together if source.class_name == "chair"] == alone


def test_class_folders_without_splits_need_a_test_fraction(tmp_path):
    touch(tmp_path, "chair/a.off")
    with raises(str(tmp_path), "set test_fraction"):
        list_folder(tmp_path)


def test_test_fraction_is_refused_where_folders_name_the_splits(tmp_path):
    touch(tmp_path, "chair/train/a.off")
    with raises(str(tmp_path), "remove test_fraction"):
        list_folder(tmp_path, test_fraction=0.2)


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, float("nan")])
def test_fractions_outside_0_to_1_are_refused(tmp_path, fraction):
    touch(tmp_path, "chair/a.off")
    with raises("test_fraction is", "between 0 and 1"):
        list_folder(tmp_path, test_fraction=fraction)
    with raises("val_fraction is", "between 0 and 1"):
        cut_validation([], fraction, 0)


def test_flat_folder_is_unlabelled_and_all_test(tmp_path):
    touch(tmp_path, "b.glb", "a.stl")
    listing = list_folder(tmp_path)
    assert [(s.shape_id, s.class_name, s.split) for s in listing.sources] == [
        ("a", "unlabelled", "test"),
        ("b", "unlabelled", "test"),
    ]


def test_flat_folder_with_a_test_fraction_is_split(tmp_path):
    touch(tmp_path, *(f"{i}.off" for i in range(10)))
    listing = list_folder(tmp_path, test_fraction=0.2)
    assert splits(listing.sources) == {("unlabelled", "train"): 8, ("unlabelled", "test"): 2}


@pytest.mark.parametrize(
    ("files", "parts"),
    [
        (["chair/train/a.off", "bed/b.off"], ["mixes layouts", "b.off", "<class>/<split>/"]),
        (["chair/train/a.off", "chair/b.off"], ["mixes layouts", "b.off", "<class>/<split>/"]),
        (["chair/train/a.off", "b.off"], ["mixes layouts", "b.off", "<class>/<split>/"]),
        (["chair/train/a.off", "bed/notes.txt"], ["bed", "holds no shapes", "remove it"]),
        (["chair/train/a.off", "chair/trian/b.off"], ["trian", "names no split", "call such"]),
        (["train/chair/a.off"], ["train", "names a split", "<class>/<split>/"]),
        (["notes.txt"], ["holds no shapes", r"\.off"]),
    ],
)
def test_layouts_that_cannot_be_meant_are_refused(tmp_path, files, parts):
    touch(tmp_path, *files)
    for call in (
        lambda: list_folder(tmp_path),
        lambda: source_files("folder", tmp_path),
    ):
        with raises(str(tmp_path), *parts):
            call()


def test_empty_class_folder_is_refused(tmp_path):
    touch(tmp_path, "chair/train/a.off")
    (tmp_path / "bed").mkdir()
    with raises("class folder", str(tmp_path / "bed"), "remove it"):
        list_folder(tmp_path)


@pytest.mark.parametrize("reader", ["folder", "modelnet_h5"])
def test_root_must_be_a_folder_with_shapes(tmp_path, reader):
    with raises(str(tmp_path / "none"), "does not exist", "root"):
        source_files(reader, tmp_path / "none")
    touch(tmp_path, "file.txt")
    with raises("file.txt is not a folder", "root"):
        source_files(reader, tmp_path / "file.txt")
    with raises(str(tmp_path), "holds no"):
        source_files(reader, tmp_path)


def test_source_files_are_the_shapes_files_sorted(tmp_path):
    touch(tmp_path, "chair/test/a.off", "bed/train/b.OBJ", "bed/train/b.mtl")
    assert source_files("folder", tmp_path) == [
        tmp_path / "bed/train/b.OBJ",
        tmp_path / "chair/test/a.off",
    ]
    assert source_files("procedural", "") == []


def test_unknown_reader_is_refused(tmp_path):
    with raises("unknown reader 'hdf5'", "procedural, folder, modelnet_h5"):
        source_files("hdf5", tmp_path)


# ---------------------------------------------------------------------------- splits


def some(class_name, split, number):
    return [
        ShapeRecord(f"{class_name}/{split}/{i:03d}", class_name, split, "f") for i in range(number)
    ]


def test_validation_is_cut_from_train_per_class():
    listed = some("bed", "train", 20) + some("bed", "test", 5) + some("chair", "train", 10)
    cut = cut_validation(listed, 0.2, seed=0)
    assert splits(cut) == {
        ("bed", "train"): 16,
        ("bed", "val"): 4,
        ("bed", "test"): 5,
        ("chair", "train"): 8,
        ("chair", "val"): 2,
    }
    assert cut_validation(listed[::-1], 0.2, seed=0) == cut
    assert cut_validation(listed, 0.2, seed=1) != cut


def test_validation_leaves_classes_that_have_one():
    listed = some("bed", "train", 10) + some("bed", "val", 1) + some("chair", "train", 10)
    assert splits(cut_validation(listed, 0.2, 0)) == {
        ("bed", "train"): 10,
        ("bed", "val"): 1,
        ("chair", "train"): 8,
        ("chair", "val"): 2,
    }


@pytest.mark.parametrize(("number", "val"), [(1, 0), (2, 1), (3, 1)])
@pytest.mark.parametrize("fraction", [0.01, 0.4])
def test_small_classes_keep_a_training_shape_and_give_one(number, val, fraction):
    cut = cut_validation(some("bed", "train", number), fraction, 0)
    assert sum(source.split == "val" for source in cut) == val


def test_a_large_fraction_leaves_a_training_shape():
    assert splits(cut_validation(some("bed", "train", 3), 0.99, 0)) == {
        ("bed", "train"): 1,
        ("bed", "val"): 2,
    }


def test_class_without_a_split_is_named():
    complete = some("bed", "train", 1) + some("bed", "test", 1)
    check_splits(complete)
    with raises("'chair' has no test shapes", "add some or remove"):
        check_splits(complete + some("chair", "train", 1))
    with raises("'chair' has no train shapes"):
        check_splits(complete + some("chair", "test", 1))
    with raises("no shapes left"):
        check_splits([])


# ---------------------------------------------------------------------------- ModelNet h5


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
    listing = list_modelnet_h5(modelnet)
    train, test = (str(modelnet / f"ply_data_{split}0.h5") for split in ("train", "test"))
    assert listing.sources == [
        ShapeRecord("bed/test/ply_data_test0_00000", "bed", "test", test, 0),
        ShapeRecord("bed/train/bed_1", "bed", "train", train, 1),
        ShapeRecord("chair/train/chair_2", "chair", "train", train, 2),
        ShapeRecord("chair/train/chair_7", "chair", "train", train, 0),
    ]
    assert listing.rejected == []
    assert [file.name for file in source_files("modelnet_h5", modelnet)] == [
        "ply_data_test0.h5",
        "ply_data_train0.h5",
        "ply_data_train0_names.txt",
        "shape_names.txt",
    ]


def test_h5_duplicate_name_is_set_aside_naming_both_rows(modelnet):
    (modelnet / "ply_data_train0_names.txt").write_text("chair_7\nbed_1\nchair_7\n")
    listing = list_modelnet_h5(modelnet)
    (rejected,) = listing.rejected
    assert rejected.shape_id == "chair/train/chair_7"
    assert rejected.source.endswith("ply_data_train0.h5[2]")
    assert "ply_data_train0.h5[0]" in rejected.reason
    assert len(listing.sources) == 3


def test_h5_label_out_of_range_is_set_aside(modelnet):
    write_h5(modelnet / "ply_data_train0.h5", [1, 2, 0])
    listing = list_modelnet_h5(modelnet)
    (rejected,) = listing.rejected
    assert (rejected.shape_id, rejected.source[-4:]) == ("bed_1", "5[1]")
    assert "label 2" in rejected.reason and "shape_names.txt" in rejected.reason
    assert len(listing.sources) == 3


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
        list_modelnet_h5(modelnet)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_truncated_h5_is_refused(modelnet, share):
    file = modelnet / "ply_data_test0.h5"
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    with raises(r"ply_data_test0\.h5 cannot be read", "download it again"):
        list_modelnet_h5(modelnet)


@pytest.mark.parametrize(
    ("file", "text", "parts"),
    [
        ("shape_names.txt", "", ["names 0 classes", "name each class once"]),
        ("shape_names.txt", "bed\nbed\n", ["names 2 classes, 1 of them", "name each class once"]),
        ("shape_names.txt", "b\xe9d\n", ["cannot be read as text", "restore it"]),
        ("ply_data_train0_names.txt", "one\n", ["1 names for the 3 shapes", "give one a line"]),
    ],
)
def test_wrong_names_files_are_refused(modelnet, file, text, parts):
    (modelnet / file).write_text(text, encoding="latin-1")
    with raises(file, *parts):
        list_modelnet_h5(modelnet)


def test_missing_class_names_are_refused(modelnet):
    (modelnet / "shape_names.txt").unlink()
    for call in (list_modelnet_h5, lambda r: source_files("modelnet_h5", r)):
        with raises(r"shape_names\.txt is missing", "one a line"):
            call(modelnet)


@pytest.mark.skipif(not MODELNET10.is_dir(), reason="the ModelNet10 clouds are not here")
def test_real_modelnet10_lists_the_official_split():
    listing = list_modelnet_h5(MODELNET10)
    assert Counter(s.split for s in listing.sources) == {"train": 3991, "test": 908}
    assert len({s.class_name for s in listing.sources}) == 10
    assert listing.rejected == []
    # The names say the class too: labels and shape_names.txt are read in the right order.
    assert all(Path(s.shape_id).name.startswith(s.class_name) for s in listing.sources)


# ---------------------------------------------------------------------------- procedural


def test_procedural_numbers_do_not_collide_and_more_of_a_split_changes_no_other():
    few = list_procedural(["mug", "chair"], 2, 1, 1).sources
    assert splits(few) == {
        (c, s): n for c in ("mug", "chair") for s, n in (("train", 2), ("val", 1), ("test", 1))
    }
    assert len({(s.class_name, s.row) for s in few}) == len(few) == 8
    assert few == sorted(few, key=lambda s: s.shape_id)
    assert set(few) < set(list_procedural(["chair", "mug", "bed"], 5, 2, 1).sources)


def test_procedural_requests_that_cannot_be_met_are_refused():
    with raises("no procedural class 'unicorn'", "chair"):
        list_procedural(["unicorn"], 1, 0, 1)
    with raises("name at least one"):
        list_procedural([], 1, 0, 1)
    with raises("each once"):
        list_procedural(["chair", "chair"], 1, 0, 1)
    with raises("-1 test shapes", "0 to"):
        list_procedural(["chair"], 1, 0, -1)


# ---------------------------------------------------------------------------- imports


def test_importing_loads_nothing_heavy():
    code = (
        "import sys, inr2vec_core.shapes.catalog;"
        "print({'numpy', 'torch', 'pandas', 'h5py', 'trimesh'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
