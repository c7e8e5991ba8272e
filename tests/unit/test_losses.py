"""The losses' values by hand and their gradients against autograd."""

import math

import pytest
import torch

from inr2vec_core.losses import LOSSES, bce, mse


def test_bce_by_hand():
    # Logit 0 is a probability of one half whatever the label; logit ln 3 is one of 3/4.
    value, _ = bce(torch.tensor([[0.0, math.log(3)]]), torch.tensor([[0.3, 1.0]]))
    assert float(value) == pytest.approx((math.log(2) + math.log(4 / 3)) / 2)


def test_mse_is_of_distances_clipped_at_a_tenth():
    # Label 1 is distance 0, label 0 is distance 0.1.
    value, _ = mse(torch.tensor([[0.02, 0.1]]), torch.tensor([[1.0, 0.0]]))
    assert float(value) == pytest.approx(0.02**2 / 2)


@pytest.mark.parametrize("name", LOSSES)
def test_gradient_is_that_of_each_rows_own_mean(name):
    torch.manual_seed(0)
    outputs = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    labels = torch.rand(3, 5, dtype=torch.float64)
    value, gradient = LOSSES[name](outputs, labels)
    assert value.shape == (3,)
    (expected,) = torch.autograd.grad(value.sum(), outputs)
    torch.testing.assert_close(gradient, expected)


def test_bce_stays_finite_at_extreme_logits():
    value, gradient = bce(torch.tensor([[200.0, -200.0]]), torch.tensor([[0.0, 1.0]]))
    assert float(value) == pytest.approx(200)
    assert gradient.tolist() == [[0.5, -0.5]]
