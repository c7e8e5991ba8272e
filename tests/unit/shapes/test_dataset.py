"""Listing a data set and spreading it over shards."""

from collections import Counter

import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.dataset import ShapeDataset


def folder(root, train=10, test=4):
    for split, n in {"train": train, "test": test}.items():
        for k in range(n):
            path = root / "bed" / split / f"{k}.off"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    return ShapeDataset("folder", str(root), validation_fraction=0.2, shards=3)


def splits(listing):
    return Counter(source.split for source in listing.sources)


def test_procedural_counts_are_per_class():
    source = ShapeDataset("procedural", classes=["chair", "table"], counts=(3, 1, 2))
    assert splits(source.listing()) == {"train": 6, "val": 2, "test": 4}


def test_no_classes_are_all_classes():
    from inr2vec_core.shapes.procedural import CLASSES

    source = ShapeDataset("procedural", counts=(1, 0, 0))
    assert {s.class_name for s in source.listing().sources} == set(CLASSES)


def test_a_validation_split_is_cut_from_the_training_shapes(tmp_path):
    listing = folder(tmp_path).listing()
    assert splits(listing) == {"train": 8, "val": 2, "test": 4}


def test_shards_have_every_shape_once(tmp_path):
    source = folder(tmp_path)
    listing = source.listing()
    shards = [source.shard(listing, k) for k in range(3)]
    assert [len(shard) for shard in shards] == [5, 5, 4]
    spread = Counter(s.shape_id for shard in shards for s in shard)
    assert spread == Counter(s.shape_id for s in listing.sources)
    assert set(spread.values()) == {1}


def test_a_folders_shard_depends_on_its_own_files(tmp_path):
    source = folder(tmp_path)
    listing = source.listing()
    assert source.files(listing, 1) == [s.path for s in source.shard(listing, 1)]


def test_procedural_shapes_depend_on_no_file():
    source = ShapeDataset("procedural", counts=(1, 1, 1))
    assert source.files(source.listing(), 0) == []


def test_a_limit_draws_shapes_by_the_seed_and_more_keep_the_fewer(tmp_path):
    folder(tmp_path)
    few, many, other = (
        {
            s.shape_id
            for s in ShapeDataset("folder", str(tmp_path), limit=n, seed=seed).listing().sources
        }
        for n, seed in ((3, 0), (7, 0), (7, 1))
    )
    assert len(few) == 3 and len(many) == 7 and few < many
    assert other != many


def test_a_limit_above_the_number_of_shapes_takes_all(tmp_path):
    folder(tmp_path)
    assert len(ShapeDataset("folder", str(tmp_path), limit=99).listing().sources) == 14


def test_more_shards_than_shapes_are_refused_with_the_cure():
    source = ShapeDataset("procedural", classes=["chair"], counts=(1, 1, 1), shards=4)
    with pytest.raises(InputError, match=r"3 shapes cannot fill 4 shards; set.*`shards`"):
        source.listing()


def test_an_unknown_reader_is_named():
    with pytest.raises(InputError, match="unknown reader 'obj'"):
        ShapeDataset("obj").listing()
