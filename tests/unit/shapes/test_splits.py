"""Splits: a validation split cut from training shapes, and classes that lack one."""

import pytest

from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.splits import check_splits, cut_validation
from unit.shapes.helpers import raises, splits


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
    assert sum(record.split == "val" for record in cut) == val


def test_a_large_fraction_leaves_a_training_shape():
    assert splits(cut_validation(some("bed", "train", 3), 0.99, 0)) == {
        ("bed", "train"): 1,
        ("bed", "val"): 2,
    }


def test_class_without_a_split_is_named():
    complete = [("bed", "train"), ("bed", "test")]
    check_splits(complete)
    with raises("'chair' has no test shapes", "add some or remove"):
        check_splits([*complete, ("chair", "train")])
    with raises("'chair' has no train shapes"):
        check_splits([*complete, ("chair", "test")])
    with raises("no shapes left"):
        check_splits([])
