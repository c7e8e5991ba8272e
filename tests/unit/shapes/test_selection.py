"""Some shapes of many."""

import numpy as np

from inr2vec_core.shapes.selection import select, select_pairs, select_per_class


def test_a_larger_draw_keeps_the_smaller_whatever_the_order():
    ids = [f"s{k}" for k in range(30)]
    few, many = (set(select(ids, n, 0, "x").tolist()) for n in (5, 12))
    assert few < many and len(many) == 12
    turned = {29 - i for i in select(ids[::-1], 5, 0, "x").tolist()}
    assert turned == few
    assert set(select(ids, 5, 1, "x").tolist()) != few


def test_one_of_each_class_in_their_order():
    classes = ["b", "a", "b", "c", "a"]
    found = select_per_class(classes, [f"s{k}" for k in range(5)], 0, 2, 1)
    assert [classes[i] for i in found] == ["a", "b"]


def test_some_of_each_class_begin_with_the_one():
    names, ids = ["b", "a", "b", "b", "a"], list("vwxyz")
    one = select_per_class(names, ids, 0, 9, 1)
    some = select_per_class(names, ids, 0, 9, 2)
    assert [names[i] for i in some] == ["a", "a", "b", "b"] and len(set(some)) == 4
    assert some[[0, 2]].tolist() == one.tolist()
    assert len(select_per_class(names, ids, 0, 3, 9)) == 3


def test_pairs_are_half_within_a_class_and_share_no_shape():
    labels, ids = np.array([0, 1] * 6), [f"s{k}" for k in range(12)]
    pairs = select_pairs(labels, ids, 0, 4, 500)
    same = [labels[a] == labels[b] for a, b in pairs]
    assert pairs.shape == (4, 2) and same == [True, True, False, False]
    assert len(set(pairs.flatten().tolist())) == 8


def test_pairs_of_few_shapes_are_those_that_there_are():
    assert len(select_pairs([0, 0, 0], ["a", "b", "c"], 0, 4, 500)) == 1
    (pair,) = select_pairs([0], ["a"], 0, 4, 500)
    assert pair.tolist() == [0, 0]
