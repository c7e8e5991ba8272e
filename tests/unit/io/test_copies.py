"""Which rows are copies of which shape, and drawing one of each."""

import numpy as np

from inr2vec_core.io.copies import DrawnCopies, copy_id, original_ids

IDS = ["bed/1@2", "bed/0", "bed/0@1", "bed/1", "bed/1@1", "a@b", "lost@1"]


def test_a_copy_is_of_the_shape_whose_id_it_has():
    originals = ["bed/1", "bed/0", "bed/0", "bed/1", "bed/1", "a@b", "lost@1"]
    assert original_ids(IDS) == originals
    assert original_ids([copy_id("x", 0), copy_id("x", 12)]) == ["x", "x"]


def test_one_row_of_each_shape_is_drawn_all_equally_often():
    drawn = DrawnCopies(IDS)
    assert len(drawn) == 4
    counts = np.zeros(len(IDS))
    rng = np.random.default_rng(0)
    for _ in range(3000):
        rows = drawn.draw(rng)
        assert sorted(original_ids(IDS)[row] for row in rows) == ["a@b", "bed/0", "bed/1", "lost@1"]
        counts[rows] += 1
    np.testing.assert_allclose(counts, [1000, 1500, 1500, 1000, 1000, 3000, 3000], rtol=0.1)


def test_what_is_drawn_does_not_depend_on_the_order_of_rows():
    order = [3, 6, 0, 2, 5, 1, 4]
    shuffled = [IDS[i] for i in order]
    first = DrawnCopies(IDS).draw(np.random.default_rng(1))
    second = DrawnCopies(shuffled).draw(np.random.default_rng(1))
    assert [IDS[i] for i in first] == [shuffled[i] for i in second]
