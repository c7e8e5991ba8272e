"""The SIREN: sizes, the flat order, initial weights, and its value against a plain module."""

import numpy as np
import pytest
import torch
from torch import nn

from inr2vec_core.inrs.siren import evaluate, initial_weights, rows, unflatten
from inr2vec_core.inrs.siren_config import SirenConfig, inrs_at_once_on_gpu

PAPER = SirenConfig(512, 4)
TINY = SirenConfig(2, 3)  # 3 -> 2 -> 2 -> 2 -> 1


class Siren(nn.Module):
    """One SIREN as a textbook writes it, filled from a flat vector."""

    def __init__(self, flat, shape):
        super().__init__()
        self.omega = shape.omega
        self.layers = nn.ModuleList(nn.Linear(i, o, dtype=flat.dtype) for o, i in shape.layers)
        nn.utils.vector_to_parameters(flat, self.parameters())

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.sin(self.omega * layer(x))
        return self.layers[-1](x).squeeze(-1)


def test_the_papers_siren_has_790529_parameters():
    assert PAPER.n_parameters == 790_529
    assert PAPER.layers == ((512, 3), (512, 512), (512, 512), (512, 512), (1, 512))


def test_the_encoders_input_is_1539_x_512():
    assert PAPER.n_rows == 1539
    flat = torch.arange(PAPER.n_parameters, dtype=torch.float64)[None]
    matrix = rows(flat, PAPER)
    assert matrix.shape == (1, 1539, 512)
    weight, bias = unflatten(flat, PAPER.layers)[1]
    assert torch.equal(matrix[0, :512], weight[0])
    assert torch.equal(matrix[0, 512], bias[0, 0])


def test_rows_of_a_two_wide_siren_by_hand():
    flat = torch.arange(23)[None]
    #   0..5 first weight, 6 7 its bias | 8..11, 12 13 | 14..17, 18 19 | 20 21 last weight, 22 bias
    expected = [[8, 9], [10, 11], [12, 13], [14, 15], [16, 17], [18, 19]]
    assert TINY.n_parameters == 23
    assert rows(flat, TINY).tolist() == [expected]


def test_rows_copies_nothing():
    flat = torch.zeros(2, TINY.n_parameters)
    rows(flat, TINY)[1, 0, 0] = 5
    assert flat[1, 8] == 5


def test_rows_and_the_layers_beside_them_make_up_the_flat_vector():
    flat = torch.randn(3, TINY.n_parameters)
    first, last = flat[:, : 4 * 2], flat[:, -TINY.n_head :]
    again = torch.cat([first, rows(flat, TINY).flatten(1), last], 1)
    assert torch.equal(again, flat)


def test_unflatten_reads_weights_row_major_and_then_the_bias():
    (weight, bias), *_ = unflatten(torch.arange(23)[None], TINY.layers)
    assert weight.tolist() == [[[0, 1, 2], [3, 4, 5]]]
    assert bias.tolist() == [[[6, 7]]]


def test_description_names_the_flat_order():
    described = SirenConfig(2, 2).describe()
    assert described["n_parameters"] == 17
    assert described["omega"] == 30.0
    assert described["flat_order"] == (
        "weight0 (2, 3) row-major, bias0 (2,); weight1 (2, 2) row-major, bias1 (2,); "
        "weight2 (1, 2) row-major, bias2 (1,)"
    )


# ---------------------------------------------------------------------------- initial weights


def initial_layers(shape, seed=0):
    flat = torch.from_numpy(initial_weights(shape, seed))[None]
    return [(w.numpy(), b.numpy()) for w, b in unflatten(flat, shape.layers)]


@pytest.mark.parametrize("layer, bound", [(0, 1 / 3), (1, (6 / 64) ** 0.5 / 30),
                                          (2, (6 / 64) ** 0.5 / 30)])  # fmt: skip
def test_initial_weights_fill_their_uniform_range(layer, bound):
    weight, _ = initial_layers(SirenConfig(64, 3))[layer]
    assert np.abs(weight).max() <= bound
    assert weight.max() > 0.9 * bound and weight.min() < -0.9 * bound
    assert weight.std() == pytest.approx(bound / 3**0.5, rel=0.1)  # that of U(-bound, bound)


def test_the_last_layer_starts_as_the_hidden_ones():
    weight, _ = initial_layers(SirenConfig(64, 3))[-1]
    assert 0.8 < np.abs(weight).max() / ((6 / 64) ** 0.5 / 30) <= 1


@pytest.mark.parametrize("layer, fan_in", [(0, 3), (1, 64), (2, 64)])
def test_initial_biases_fill_plus_minus_one_over_root_fan_in(layer, fan_in):
    _, bias = initial_layers(SirenConfig(64, 3))[layer]
    assert 0.9 < np.abs(bias).max() * fan_in**0.5 <= 1
    assert bias.min() < 0 < bias.max()


def test_initial_weights_depend_on_seed_and_names_alone():
    first = initial_weights(TINY, 0)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, initial_weights(TINY, 0))
    assert not np.array_equal(first, initial_weights(TINY, 1))
    assert not np.array_equal(first, initial_weights(TINY, 0, "chair/1"))


# ---------------------------------------------------------------------------- evaluate


def test_evaluate_is_the_plain_siren_of_each_row():
    torch.manual_seed(0)
    flat = torch.randn(3, TINY.n_parameters, dtype=torch.float64)
    coords = torch.rand(3, 7, 3, dtype=torch.float64) * 2 - 1
    expected = torch.stack([Siren(f, TINY)(c) for f, c in zip(flat, coords, strict=True)])
    torch.testing.assert_close(evaluate(flat, coords, TINY), expected)


def test_a_one_wide_siren_by_hand():
    shape = SirenConfig(1, 1, omega=2.0)
    # sin(2 (x + 0.25)) * 3 + 0.5
    flat = torch.tensor([[1.0, 0, 0, 0.25, 3.0, 0.5]])
    coords = torch.tensor([[[-0.25, 9, 9], [torch.pi / 4 - 0.25, 0, 0]]])
    torch.testing.assert_close(evaluate(flat, coords, shape), torch.tensor([[0.5, 3.5]]))


def test_a_gpu_fits_fewer_inrs_at_once_the_larger_they_are():
    assert inrs_at_once_on_gpu(SirenConfig(64, 4), 512) == 256
    assert inrs_at_once_on_gpu(SirenConfig(512, 4), 10_000) == 26
    assert inrs_at_once_on_gpu(SirenConfig(2**20, 4), 10_000) == 1
