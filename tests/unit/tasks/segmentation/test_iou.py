"""Intersection over union by hand, and its means."""

import numpy as np
import pytest
import torch

from inr2vec_core.tasks.segmentation.iou import MeanIoU, part_ious, restricted_argmax, shape_iou

CHAIR = range(2, 5)


def ious(predicted, truth, parts=CHAIR):
    return part_ious(np.array(predicted), np.array(truth), parts).tolist()


def test_a_right_labeling_is_one():
    assert ious([2, 3, 4, 4], [2, 3, 4, 4]) == [1, 1, 1]


def test_intersection_over_union_by_hand():
    # Part 2: 2 of 3 points, part 3: 1 of 2, part 4: 1 of 1.
    assert ious([2, 2, 2, 3, 4], [2, 2, 3, 3, 4]) == [2 / 3, 1 / 2, 1]


def test_a_part_absent_from_prediction_and_truth_counts_one():
    assert ious([2, 2, 3], [2, 2, 3]) == [1, 1, 1]
    assert shape_iou(np.array([2, 2, 2, 2]), np.array([2, 2, 3, 3]), CHAIR) == (0.5 + 0 + 1) / 3


def test_a_part_that_only_the_prediction_has_counts_zero():
    assert ious([2, 2, 4], [2, 2, 2]) == [2 / 3, 1, 0]


def test_a_part_that_only_the_truth_has_counts_zero():
    assert ious([2, 2, 2], [2, 2, 4]) == [2 / 3, 1, 0]


def test_a_shape_that_is_all_wrong_gets_only_what_it_lacks():
    assert ious([3, 3, 2], [2, 2, 3]) == [0, 0, 1]
    assert shape_iou(np.array([3, 3, 4]), np.array([2, 4, 3]), CHAIR) == 0


def test_a_class_of_one_part_is_always_one():
    assert shape_iou(np.array([7, 7]), np.array([7, 7]), range(7, 8)) == 1


def test_the_order_of_points_does_not_matter(rng):
    predicted, truth = rng.integers(2, 5, (2, 50))
    order = rng.permutation(50)
    assert ious(predicted, truth) == ious(predicted[order], truth[order])
    assert ious(predicted, truth) == ious(truth, predicted)


# ---------------------------------------------------------------------------- means


def test_instances_count_alike_in_one_mean_and_classes_in_the_other():
    mean = MeanIoU.of(["chair", "ball", "chair", "chair"], [0.5, 1.0, 0.25, 0.0])
    assert mean.instance == 1.75 / 4
    assert mean.of_class == {"ball": 1.0, "chair": 0.25}
    assert list(mean.of_class) == ["ball", "chair"]
    assert mean.by_class == 0.625


def test_classes_of_one_size_have_equal_means(rng):
    values = rng.random(12)
    mean = MeanIoU.of(["a", "b", "c"] * 4, values)
    assert mean.instance == pytest.approx(mean.by_class) == pytest.approx(values.mean())


# ---------------------------------------------------------------------------- arg max


def test_the_arg_max_never_leaves_the_class():
    logits = torch.randn(3, 200, 6, generator=torch.Generator().manual_seed(0))
    allowed = torch.tensor([[1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 0], [0, 0, 0, 0, 0, 1]]).bool()
    found = restricted_argmax(logits, allowed)
    assert [set(row.tolist()) for row in found] == [{0, 1}, {2, 3, 4}, {5}]
    for row, own, expected in zip(logits, allowed, found, strict=True):
        start = int(own.nonzero()[0])
        torch.testing.assert_close(row[:, own].argmax(1) + start, expected)


def test_the_arg_max_is_that_of_all_where_all_are_allowed():
    logits = torch.randn(2, 50, 4, generator=torch.Generator().manual_seed(0))
    found = restricted_argmax(logits, torch.ones(2, 4, dtype=torch.bool))
    assert torch.equal(found, logits.argmax(2))


def test_the_error_of_class_miou_follows_from_the_spread_within_classes():
    mean = MeanIoU.of(
        ["mug", "mug", "lamp", "lamp", "lamp", "lamp"], [0.4, 0.8, 0.5, 0.7, 0.5, 0.7]
    )
    # Variances 0.04 and 0.01 of the shapes, of 2 and 4 in the mean; two classes count alike.
    assert mean.error == pytest.approx((0.04 / 2 + 0.01 / 4) ** 0.5 / 2)
    assert MeanIoU.of(["mug", "lamp"], [0.1, 0.9]).error == 0
