"""The losses' values by hand."""

import math

import pytest
import torch

from inr2vec_core.ops.losses import bce, focal, mean_focal


def test_bce_by_hand():
    # Logit 0 is a probability of one half whatever the label; logit ln 3 is one of 3/4.
    value, _ = bce(torch.tensor([[0.0, math.log(3)]]), torch.tensor([[0.3, 1.0]]))
    assert float(value) == pytest.approx((math.log(2) + math.log(4 / 3)) / 2)


def test_focal_by_hand():
    # Probability 1/2 either way; then 3/4 of being occupied: right, and wrong.
    outputs = torch.tensor([[0.0, 0.0, math.log(3), math.log(3)]])
    labels = torch.tensor([[1.0, 0.0, 1.0, 0.0]])
    terms = [0.9 * 0.5**3 * math.log(2), 0.1 * 0.5**3 * math.log(2),
             0.9 * 0.25**3 * math.log(4 / 3), 0.1 * 0.75**3 * math.log(4)]  # fmt: skip
    assert float(focal(outputs, labels)[0]) == pytest.approx(sum(terms) / 4)
    assert float(mean_focal(outputs, labels)) == pytest.approx(sum(terms) / 4)


def test_focal_stays_finite_at_extreme_logits():
    value, gradient = focal(torch.tensor([[200.0, -200.0]]), torch.tensor([[0.0, 1.0]]))
    assert float(value) == pytest.approx((0.1 * 200 + 0.9 * 200) / 2)
    assert gradient.tolist() == [[pytest.approx(0.05), pytest.approx(-0.45)]]


def test_bce_stays_finite_at_extreme_logits():
    value, gradient = bce(torch.tensor([[200.0, -200.0]]), torch.tensor([[0.0, 1.0]]))
    assert float(value) == pytest.approx(200)
    assert gradient.tolist() == [[0.5, -0.5]]
