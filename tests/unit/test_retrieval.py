"""Hit rates of neighbours known by hand."""

import numpy as np
import pytest

from inr2vec_core.retrieval import hit_rates


def line(*positions):
    return np.array(positions, float)[:, None]


def test_hits_on_a_line_by_hand():
    # From each: 0 -> 1 (b); 1 -> 0 (a); 3 -> 1 (b); 10 -> 3 (b). Second: 3 (a), 3, 0 (a), 1.
    x, labels = line(0, 1, 3, 10), np.array(["a", "b", "a", "b"])
    rates = hit_rates(x, labels, ks=(1, 2, 3))
    # At 1 only 10 -> 3 could be right and is not. At 2: 0 and 3 find each other, 10 finds 1.
    assert rates == {1: 0.0, 2: 0.75, 3: 1.0}


def test_the_query_itself_is_no_neighbour():
    assert hit_rates(line(0, 1), np.array([0, 1]), ks=(1,)) == {1: 0.0}


def test_duplicates_do_not_let_a_query_find_itself():
    # Three shapes at one place, all of different classes, and a friend of each far away.
    x, labels = line(0, 0, 0, 50, 60, 70), np.array([0, 1, 2, 0, 1, 2])
    assert hit_rates(x, labels, ks=(1, 2))[2] == 0.0


def test_a_duplicate_of_the_same_class_is_a_hit():
    x, labels = line(0, 0, 9, 9), np.array([0, 0, 1, 1])
    assert hit_rates(x, labels, ks=(1,)) == {1: 1.0}


def test_more_neighbours_than_shapes_are_all_the_others():
    assert hit_rates(line(0, 1, 2), np.array([0, 1, 0]), ks=(1, 10)) == {
        1: 0.0,
        10: pytest.approx(2 / 3),
    }


def test_rates_never_fall_with_k(rng):
    rates = hit_rates(rng.normal(size=(60, 3)), rng.integers(0, 5, 60), ks=(1, 5, 10))
    assert 0 < rates[1] < rates[5] < rates[10] <= 1
