"""Weights relative to training INRs."""

import pytest
import torch

from inr2vec_core.encoders._weight_stats import mean_and_scale
from inr2vec_core.errors import InputError


def test_each_weight_has_its_own_mean_and_spread():
    flat = torch.tensor([[1.0, 10.0], [3.0, 16.0], [5.0, 13.0]])
    mean, scale = mean_and_scale(flat)
    torch.testing.assert_close(mean, torch.tensor([3.0, 13.0]))
    torch.testing.assert_close(scale, torch.tensor([2.0, 3.0]))


def test_a_weight_that_does_not_move_is_not_blown_up():
    flat = torch.tensor([[1.0, 7.0], [3.0, 7.0]])
    _, scale = mean_and_scale(flat)
    assert scale[1] == 0.1 * (2**0.5 / 2)
    assert (mean_and_scale(torch.zeros(2, 3))[1] > 0).all()


def test_one_inr_has_no_spread():
    with pytest.raises(InputError, match="at least 2"):
        mean_and_scale(torch.zeros(1, 3))
