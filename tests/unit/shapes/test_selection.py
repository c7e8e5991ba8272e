"""Some shapes of many."""

from inr2vec_core.shapes.selection import select, select_per_class


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
