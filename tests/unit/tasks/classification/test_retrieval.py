"""Nearest neighbors and what they are worth, known by hand."""

import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.tasks.classification.retrieval import nearest_neighbors, retrieval_scores


def line(*positions):
    return np.array(positions, float)[:, None]


def scores(x, labels, *ks):
    return retrieval_scores(x, np.array(labels), ks)


def test_hits_on_a_line_by_hand():
    # From each: 0 -> 1 (b); 1 -> 0 (a); 3 -> 1 (b); 10 -> 3 (b). Second: 3 (a), 3, 0 (a), 1.
    found = scores(line(0, 1, 3, 10), ["a", "b", "a", "b"], 1, 2, 3)
    # At 1 only 3 -> 1 could be right and is not. At 2: 0 and 3 find each other, 10 finds 1.
    assert [found[f"hit@{k}"] for k in (1, 2, 3)] == [0.0, 0.75, 1.0]


def test_average_precision_by_hand():
    # The first query finds right, wrong, right, and there are three others of its class.
    x, labels = line(0, 1, 2, 3, 100), [0, 0, 1, 0, 0]
    assert nearest_neighbors(x, 3)[0].tolist() == [1, 2, 3]
    first = (1 + 0 + 2 / 3) / 3
    others = [
        (1 / 1 + 0 + 2 / 3) / 3,  # 1 -> 0 (right; 2 is as near), 2, 3
        (0 + 1 / 2 + 2 / 3) / 3,  # 3 -> 2, 1, 0
        (1 / 1 + 0 + 2 / 3) / 3,  # 100 -> 3, 2, 1
    ]
    # The only shape of class 1 has nothing to find, and does not count.
    expected = (first + sum(others)) / 4
    assert scores(x, labels, 3)["mAP@3"] == pytest.approx(expected)


def test_a_small_class_can_reach_a_perfect_average_precision():
    found = scores(line(0, 1, 50, 51, 52), [0, 0, 1, 1, 1], 1, 4)
    assert found["mAP@1"] == found["mAP@4"] == found["hit@4"] == 1.0


def test_classes_of_one_shape_score_nothing():
    assert scores(line(0, 1, 2), [0, 1, 2], 1) == {"hit@1": 0.0, "mAP@1": 0.0}


def test_the_first_average_precision_is_the_first_hit_rate(rng):
    found = scores(rng.normal(size=(60, 3)), rng.integers(0, 5, 60), 1)
    assert found["hit@1"] == found["mAP@1"]


def test_the_query_itself_is_no_neighbor():
    assert scores(line(0, 1), [0, 1], 1)["hit@1"] == 0.0


def test_duplicates_do_not_let_a_query_find_itself():
    # Three shapes at one place, all of different classes, and a friend of each far away.
    assert scores(line(0, 0, 0, 50, 60, 70), [0, 1, 2, 0, 1, 2], 2)["hit@2"] == 0.0


def test_a_duplicate_of_the_same_class_is_a_hit():
    assert scores(line(0, 0, 9, 9), [0, 0, 1, 1], 1)["hit@1"] == 1.0


def test_more_neighbors_than_shapes_are_all_the_others():
    found = scores(line(0, 1, 2), [0, 1, 0], 1, 10)
    assert (found["hit@1"], found["hit@10"]) == (0.0, pytest.approx(2 / 3))


def test_a_single_shape_has_no_neighbor():
    with pytest.raises(InputError, match="1 embedding"):
        scores(line(0), [0], 1)


def test_neighbors_are_exact_and_sorted(rng):
    # Far from the origin, where distances by a matrix product of float32 would be noise.
    x = (rng.normal(size=(80, 20)) + 1000).astype(np.float32)
    distance = np.linalg.norm(x[:, None].astype(float) - x, axis=2)
    np.fill_diagonal(distance, np.inf)
    assert np.array_equal(nearest_neighbors(x, 7), np.argsort(distance, 1)[:, :7])


def test_rates_never_fall_with_k(rng):
    found = scores(rng.normal(size=(60, 3)), rng.integers(0, 5, 60), 1, 5, 10)
    assert 0 < found["hit@1"] < found["hit@5"] < found["hit@10"] <= 1
