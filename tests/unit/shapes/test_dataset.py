"""Listing a data set and spreading it over shards."""

from collections import Counter

import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.shapes.build import prepare_shapes
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
