"""The losses' values by hand and their gradients against autograd."""

import math

import pytest
import torch

from inr2vec_core.inrs.losses import bce, criterion_of, focal, loss_of


def test_bce_by_hand():
    # Logit 0 is a probability of one half whatever the label; logit ln 3 is one of 3/4.
    value, _ = bce(torch.tensor([[0.0, math.log(3)]]), torch.tensor([[0.3, 1.0]]))
    assert float(value) == pytest.approx((math.log(2) + math.log(4 / 3)) / 2)


def test_mse_is_of_distances_clipped_at_a_tenth():
    # Label 1 is distance 0, label 0 is distance 0.1.
    value, _ = loss_of("udf", "mse")(torch.tensor([[0.02, 0.1]]), torch.tensor([[1.0, 0.0]]))
    assert float(value) == pytest.approx(0.02**2 / 2)


def test_mse_of_signed_distances_is_zero_on_the_surface_and_either_side():
    outputs = torch.tensor([[-0.1, 0.0, 0.1, 0.05]])
    value, _ = loss_of("sdf", "mse")(outputs, torch.tensor([[0.0, 0.5, 1.0, 1.0]]))
    assert float(value) == pytest.approx(0.05**2 / 4)


def test_focal_by_hand():
    # Probability 1/2 either way; then 3/4 of being occupied: right, and wrong.
    outputs = torch.tensor([[0.0, 0.0, math.log(3), math.log(3)]])
    labels = torch.tensor([[1.0, 0.0, 1.0, 0.0]])
    terms = [0.9 * 0.5**3 * math.log(2), 0.1 * 0.5**3 * math.log(2),
             0.9 * 0.25**3 * math.log(4 / 3), 0.1 * 0.75**3 * math.log(4)]  # fmt: skip
    assert float(focal(outputs, labels)[0]) == pytest.approx(sum(terms) / 4)
    assert float(criterion_of("occ")(outputs, labels)) == pytest.approx(sum(terms) / 4)


def test_focal_stays_finite_at_extreme_logits():
    value, gradient = focal(torch.tensor([[200.0, -200.0]]), torch.tensor([[0.0, 1.0]]))
    assert float(value) == pytest.approx((0.1 * 200 + 0.9 * 200) / 2)
    assert gradient.tolist() == [[pytest.approx(0.05), pytest.approx(-0.45)]]


@pytest.mark.parametrize("field, kind, loss", [
    ("udf", "bce", bce), ("sdf", "bce", bce), ("occ", "bce", focal), ("occ", "mse", focal),
])  # fmt: skip
def test_which_field_takes_which_loss(field, kind, loss):
    assert loss_of(field, kind) is loss


@pytest.mark.parametrize("field, kind", [("udf", "bce"), ("udf", "mse"), ("sdf", "mse"),
                                         ("occ", "bce")])  # fmt: skip
def test_gradient_is_that_of_each_rows_own_mean(field, kind):
    torch.manual_seed(0)
    outputs = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    labels = torch.rand(3, 5, dtype=torch.float64)
    labels = labels.round() if field == "occ" else labels
    value, gradient = loss_of(field, kind)(outputs, labels)
    assert value.shape == (3,)
    (expected,) = torch.autograd.grad(value.sum(), outputs)
    torch.testing.assert_close(gradient, expected)


def test_bce_stays_finite_at_extreme_logits():
    value, gradient = bce(torch.tensor([[200.0, -200.0]]), torch.tensor([[0.0, 1.0]]))
    assert float(value) == pytest.approx(200)
    assert gradient.tolist() == [[0.5, -0.5]]
