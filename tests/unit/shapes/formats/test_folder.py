"""Shapes in folders: classes, splits, duplicates, and messages that name the file and the cure."""

import os

import pytest

from inr2vec_core.shapes.formats.folder import Format
from inr2vec_core.shapes.splits import cut_validation
from unit.shapes.helpers import ids, raises, splits, touch


def test_folder_with_splits_lists_shapes_sorted_with_class_and_split(tmp_path):
    touch(
        tmp_path, "chair/train/b.off", "chair/valid/v.PLY", "chair/test/t.npy", "bed/Train/a.x.obj"
    )
    catalog = Format(tmp_path).catalog()
    assert [(s.shape_id, s.class_name, s.split, s.row) for s in catalog.records] == [
        ("bed/Train/a.x", "bed", "train", -1),
        ("chair/test/t", "chair", "test", -1),
        ("chair/train/b", "chair", "train", -1),
        ("chair/valid/v", "chair", "val", -1),
    ]
    assert catalog.records[2].path == str(tmp_path / "chair/train/b.off")
    assert catalog.rejected == []


def test_other_files_are_counted_and_hidden_ones_are_not(tmp_path):
    touch(tmp_path, "chair/train/a.off", "chair/train/a.mtl", "chair/train/.b.off", "README.txt")
    catalog = Format(tmp_path).catalog()
    assert ids(catalog) == ["chair/train/a"]
    assert catalog.ignored == 2


def test_same_stem_twice_sets_the_second_aside_naming_both(tmp_path):
    touch(tmp_path, "chair/train/a.off", "chair/train/a.obj")
    catalog = Format(tmp_path).catalog()
    (kept,), (rejected,) = catalog.records, catalog.rejected
    assert kept.path.endswith("a.obj")
    assert (rejected.shape_id, rejected.source_file) == (
        "chair/train/a",
        str(tmp_path / "chair/train/a.off"),
    )
    assert "a.obj" in rejected.reason and "rename" in rejected.reason


def listed(root):
    """A folder's catalog and its files."""
    layout = Format(root, test_fraction=0.4, seed=0)
    catalog = layout.catalog()
    return catalog, layout.files(catalog.records)


def test_list_does_not_depend_on_the_order_of_the_file_system(tmp_path, monkeypatch):
    touch(tmp_path, *(f"c{k}/{i}.off" for k in range(3) for i in range(5)), "c0/2.obj")
    forward = listed(tmp_path)
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
    backward = listed(tmp_path)
    assert forward == backward


def test_class_folders_without_splits_are_split_by_seed(tmp_path):
    touch(tmp_path, *(f"{c}/{i:02d}.off" for c in ("bed", "chair") for i in range(10)))
    listed = Format(tmp_path, test_fraction=0.3, seed=1).catalog().records
    assert splits(listed) == {
        (c, s): n for c in ("bed", "chair") for s, n in (("train", 7), ("test", 3))
    }
    assert listed == Format(tmp_path, test_fraction=0.3, seed=1).catalog().records
    assert listed != Format(tmp_path, test_fraction=0.3, seed=2).catalog().records


def test_the_draw_of_one_class_does_not_depend_on_another(tmp_path):
    touch(tmp_path, *(f"chair/{i:02d}.off" for i in range(10)))
    alone = Format(tmp_path, test_fraction=0.3, seed=1).catalog().records
    touch(tmp_path, *(f"bed/{i:02d}.off" for i in range(10)))
    together = Format(tmp_path, test_fraction=0.3, seed=1).catalog().records
    assert [record for record in together if record.class_name == "chair"] == alone


def test_class_folders_without_splits_need_a_test_fraction(tmp_path):
    touch(tmp_path, "chair/a.off")
    with raises(str(tmp_path), "set test_fraction"):
        Format(tmp_path).catalog()


def test_test_fraction_is_refused_where_folders_name_the_splits(tmp_path):
    touch(tmp_path, "chair/train/a.off")
    with raises(str(tmp_path), "remove test_fraction"):
        Format(tmp_path, test_fraction=0.2).catalog()


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, float("nan")])
def test_fractions_outside_0_to_1_are_refused(tmp_path, fraction):
    touch(tmp_path, "chair/a.off")
    with raises("test_fraction is", "between 0 and 1"):
        Format(tmp_path, test_fraction=fraction).catalog()
    with raises("val_fraction is", "between 0 and 1"):
        cut_validation([], fraction, 0)


def test_flat_folder_is_unlabelled_and_all_test(tmp_path):
    touch(tmp_path, "b.glb", "a.stl")
    catalog = Format(tmp_path).catalog()
    assert [(s.shape_id, s.class_name, s.split) for s in catalog.records] == [
        ("a", "unlabelled", "test"),
        ("b", "unlabelled", "test"),
    ]


def test_flat_folder_with_a_test_fraction_is_split(tmp_path):
    touch(tmp_path, *(f"{i}.off" for i in range(10)))
    catalog = Format(tmp_path, test_fraction=0.2).catalog()
    assert splits(catalog.records) == {("unlabelled", "train"): 8, ("unlabelled", "test"): 2}


@pytest.mark.parametrize(
    ("files", "parts"),
    [
        (["chair/train/a.off", "bed/b.off"], ["mixes layouts", "b.off", "<class>/<split>/"]),
        (["chair/train/a.off", "chair/b.off"], ["mixes layouts", "b.off", "<class>/<split>/"]),
        (["chair/train/a.off", "b.off"], ["mixes layouts", "b.off", "<class>/<split>/"]),
        (["chair/train/a.off", "bed/notes.txt"], ["bed", "holds no shapes", "remove it"]),
        (["chair/a.off", "bed/1/b/c.off"], ["bed", "farther down, such as .*bed/1/b/c.off"]),
        (["chair/train/a.off", "chair/trian/b.off"], ["trian", "names no split", "call such"]),
        (["train/chair/a.off"], ["train", "names a split", "<class>/<split>/"]),
        (["notes.txt"], ["holds no shapes", r"\.off"]),
    ],
)
def test_layouts_that_cannot_be_meant_are_refused(tmp_path, files, parts):
    touch(tmp_path, *files)
    with raises(str(tmp_path), *parts):
        Format(tmp_path).catalog()


@pytest.mark.parametrize("where", ["a.obj", "bed/a.obj", "bed/train/a.obj"])
def test_folder_of_a_shapes_name_is_set_aside(tmp_path, where):
    touch(tmp_path, "bed/train/b.off")
    (tmp_path / where).mkdir()
    (tmp_path / "bed/train/loop.off").symlink_to("loop.off")
    catalog = Format(tmp_path).catalog()
    assert ids(catalog) == ["bed/train/b", "bed/train/loop"]
    (rejected,) = catalog.rejected
    assert (rejected.source_file, rejected.reason[:11]) == (str(tmp_path / where), "is a folder")


@pytest.mark.parametrize("where", ["chairs", "bed/val", "bed/train/more"])
@pytest.mark.parametrize("target", ["gone", "itself"])
def test_link_to_nothing_that_may_have_been_a_folder_is_named(tmp_path, where, target):
    touch(tmp_path, "bed/train/b.off", "bed/train/readme.txt")
    link = tmp_path / where
    link.symlink_to(link.name if target == "itself" else target)
    catalog = Format(tmp_path).catalog()
    assert ids(catalog) == ["bed/train/b"]
    assert catalog.ignored == 1
    (rejected,) = catalog.rejected
    assert rejected.source_file == str(link)
    assert rejected.reason.startswith("is a link ")


def test_folder_that_cannot_be_listed_is_named(tmp_path, monkeypatch):
    touch(tmp_path, "bed/train/b.off")
    real = os.scandir

    def scandir(folder):
        if os.fspath(folder).endswith("train"):
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    with raises("bed/train cannot be listed: Permission denied"):
        Format(tmp_path).catalog()


def test_empty_class_folder_is_refused(tmp_path):
    touch(tmp_path, "chair/train/a.off")
    (tmp_path / "bed").mkdir()
    with raises("class folder", str(tmp_path / "bed"), "remove it"):
        Format(tmp_path).catalog()


def test_root_must_be_a_folder_with_shapes(tmp_path):
    with raises(str(tmp_path / "none"), "does not exist", "root"):
        Format(tmp_path / "none").catalog()
    touch(tmp_path, "file.txt")
    with raises("file.txt is not a folder", "root"):
        Format(tmp_path / "file.txt").catalog()
    with raises(str(tmp_path), "holds no"):
        Format(tmp_path).catalog()


def test_a_shards_files_are_the_shapes_files_sorted(tmp_path):
    touch(tmp_path, "chair/test/a.off", "bed/train/b.OBJ", "bed/train/b.mtl")
    layout = Format(tmp_path)
    assert layout.files(layout.catalog().records[::-1]) == [
        str(tmp_path / "bed/train/b.OBJ"),
        str(tmp_path / "chair/test/a.off"),
    ]


def test_what_archives_of_a_mac_have_beside_their_content_is_passed_over(tmp_path):
    touch(tmp_path, "chair/train/a.off", "__MACOSX/chair/train/._a.off", "chair/.DS_Store")
    catalog = Format(tmp_path).catalog()
    assert ids(catalog) == ["chair/train/a"]
