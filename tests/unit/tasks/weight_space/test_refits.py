"""Which shapes are fitted again."""

import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.tasks.weight_space.refits import choose_shapes

IDS = [f"s{k}" for k in range(12)]
CLASSES = ["chair", "lamp"] * 6
SPLITS = ["train"] * 6 + ["test"] * 6


def chosen(class_name, number=9, splits=SPLITS):
    rows = choose_shapes(IDS, CLASSES, splits, class_name, number, 0)
    return [IDS[i] for i in rows]


def test_they_are_of_the_class_and_of_the_test_split():
    assert set(chosen("chair")) == {"s6", "s8", "s10"}
    assert len(chosen(None)) == 6
    assert set(chosen("lamp", splits=["train"] * 12)) == set(IDS[1::2])


def test_fewer_are_the_first_of_more():
    assert chosen(None, 2) == chosen(None, 5)[:2]


def test_a_class_that_there_is_not_is_told():
    with pytest.raises(InputError, match=r"no shape of class 'cup' .* but chair, lamp: name one"):
        chosen("cup")
