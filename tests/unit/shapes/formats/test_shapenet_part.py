"""ShapeNet Part as text: its lists, and clouds with their parts, good and bad."""

import json
from pathlib import Path

import numpy as np
import pytest

from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.formats.shapenet_part import Format, read_labeled_cloud
from unit.shapes.helpers import bad, names, raises

# x y z, a normal, and the label as the benchmark writes it
CLOUD = "0.1 0.2 0.3 0 0 1 12.000000\n1 2 3 0 1 0 13.000000\n\n4 5 6 1 0 0 12.000000\n"


# ---------------------------------------------------------------------------- the catalog


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
    catalog = Format(benchmark).catalog()
    a, b, c = (str(benchmark / f"02691156/{name}.txt") for name in "abc")
    assert catalog.records == [
        ShapeRecord("Airplane/a", "Airplane", "val", a),
        ShapeRecord("Airplane/b", "Airplane", "train", b),
        ShapeRecord("Airplane/c", "Airplane", "test", c),
        ShapeRecord("Bag/x", "Bag", "train", str(benchmark / "02773838/x.txt")),
    ]
    assert (catalog.rejected, catalog.ignored) == ([], 0)


def test_a_shard_depends_on_its_own_clouds(benchmark):
    dataset = ShapeDataset("shapenet_part", str(benchmark), shards=2)
    catalog = dataset.catalog()
    assert dataset.files(catalog, 1) == [catalog.records[k].path for k in (1, 3)]


def test_a_shape_in_no_list_is_passed_over(benchmark):
    (benchmark / "02691156/d.txt").touch()
    catalog = Format(benchmark).catalog()
    assert len(catalog.records) == 4 and catalog.ignored == 1


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
    catalog = Format(benchmark).catalog()
    assert len(catalog.records) == 4
    (rejected,) = catalog.rejected
    assert reason in rejected.reason
    assert "shuffled_test_file_list.json" in rejected.reason and repr(entry) in rejected.reason


def test_a_folder_that_is_missing_sets_its_shapes_aside(benchmark):
    (benchmark / "02773838/x.txt").unlink()
    (benchmark / "02773838").rmdir()
    catalog = Format(benchmark).catalog()
    assert [r.shape_id for r in catalog.rejected] == ["Bag/x"]
    assert len(catalog.records) == 3


@pytest.mark.parametrize("file, text, parts", [
    ("synsetoffset2category.txt", "", ["its 0 lines must name each class and folder once"]),
    ("synsetoffset2category.txt", "Bag\n", ["'Bag' is not a class's name and its folder"]),
    ("synsetoffset2category.txt", "Bag 1\nBag 2\n", ["its 2 lines must name each class"]),
    ("synsetoffset2category.txt", "Bag 1\nCap 1\n", ["its 2 lines must name each class"]),
    ("train_test_split/shuffled_val_file_list.json", "[", ["is not a readable JSON", "restore"]),
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
        Format(benchmark).catalog()


def test_lists_without_any_shape_are_refused(benchmark):
    for name in ("02691156/a", "02691156/b", "02691156/c", "02773838/x"):
        (benchmark / f"{name}.txt").unlink()
    with raises(str(benchmark), "none of the 4 shapes", "restore them"):
        Format(benchmark).catalog()


# ---------------------------------------------------------------------------- clouds


@pytest.fixture
def cloud_file(tmp_path):
    def write(text):
        (tmp_path / "a.txt").write_text(text)
        return tmp_path / "a.txt"

    return write


def test_text_cloud_has_points_and_parts(cloud_file):
    cloud = read_labeled_cloud(cloud_file(CLOUD))
    assert cloud.points.tolist() == [[0.1, 0.2, 0.3], [1, 2, 3], [4, 5, 6]]
    assert cloud.points.dtype == np.float64 and cloud.parts.dtype == np.int64
    assert [cloud.part_names[k] for k in cloud.parts] == ["12", "13", "12"]


@pytest.mark.parametrize("data", [
    b"\xef\xbb\xbf" + CLOUD.encode(), CLOUD.replace("\n", "\r\n").encode(), CLOUD.encode("utf-16"),
], ids=["byte-order mark", "CRLF", "UTF-16"])  # fmt: skip
def test_text_cloud_is_read_whatever_program_saved_it(cloud_file, data):
    file = cloud_file("")
    file.write_bytes(data)
    assert read_labeled_cloud(file).points.tolist() == [[0.1, 0.2, 0.3], [1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize("text, parts", [
    ("", ["a.txt: the file is empty"]),
    ("\n\n", ["a.txt: holds no points"]),
    (
        CLOUD + "7 8 9 0 0 1\n",
        [r"a.txt: line 5 \(7 8 9 0 0 1\) has 6 numbers", "x y z nx ny nz label", "restore"],
    ),
    (CLOUD + "7 8 9 12\n", ["line 5 .* has 4 numbers, not the 7"]),
    (CLOUD.replace("13.0", "-1.0"), ["label -1 of point 2 is negative", "1 of 3 points"]),
    (CLOUD.replace("13.0", "13.5"), ["label 13.5 of point 2 is no whole number", "correct"]),
    (CLOUD.replace("13.000000", "nan"), ["label nan of point 2 is no whole number"]),
    (CLOUD.replace("13.000000", "inf"), ["label inf of point 2 is above 32,767"]),
    (CLOUD.replace("13.000000", "leg"), ["line 2 .*has 'leg', which is no number"]),
    (CLOUD.replace("0.1", "0,1"), ["line 1 .*'0.2', .* no number like the others"]),
    (CLOUD.replace("0.1", "nan"), ["1 of 3 points have NaN"]),
    (CLOUD.replace("13.0", "70000.0"), ["label 70000 of point 2 is above", "column of labels"]),
])  # fmt: skip
def test_text_clouds_that_are_bad_say_why(cloud_file, text, parts):
    bad(read_labeled_cloud, cloud_file(text), *parts)


def test_a_missing_cloud_is_named(tmp_path):
    bad(read_labeled_cloud, tmp_path / "none.txt", "none.txt is missing")


def test_clouds_of_text_and_bad_ones(rng, tmp_path):
    for name, label in {"good": 4, "bad": -2}.items():
        table = np.c_[rng.random((80, 3)), np.zeros((80, 3)), np.full(80, 4.0)]
        table[5, 6] = label
        np.savetxt(tmp_path / f"{name}.txt", table, fmt="%f")
    records = [
        ShapeRecord(f"Cap/{n}", "Cap", "test", str(tmp_path / f"{n}.txt")) for n in ("bad", "good")
    ]
    shard = prepare_shapes(Format().read(records), ShapeSettings(points=64), 0, seed=0)
    assert shard.columns["shape_id"] == ["Cap/good"]
    assert set(names(shard.shapes[0])) == {"4"}  # a class of one part is no fault
    (rejected,) = shard.rejected
    assert "bad.txt: the label -2 of point 6" in rejected.reason
