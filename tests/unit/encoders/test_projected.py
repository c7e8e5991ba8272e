"""The encoder that projects each layer's matrix."""

import pytest
import torch

from inr2vec_core.encoders.inr2vec import Encoder as Published
from inr2vec_core.encoders.projected import Encoder
from inr2vec_core.inrs.siren import unflatten
from inr2vec_core.inrs.siren_config import SirenConfig

SHAPE = SirenConfig(6, 3)


def calibrated(rank, flat):
    torch.manual_seed(1)
    encoder = Encoder(SHAPE, [9], 4, rank=rank).eval()
    encoder.calibrate(flat, None)
    return encoder


@pytest.fixture
def flat():
    torch.manual_seed(0)
    return torch.randn(40, SHAPE.n_parameters) * torch.rand(SHAPE.n_parameters).add(0.5)


def test_scale_and_origin_of_weights_are_no_matter(flat):
    moved = 7 * flat + torch.linspace(-3, 3, SHAPE.n_parameters)
    torch.testing.assert_close(calibrated(6, moved)(moved), calibrated(6, flat)(flat))


def test_it_knows_the_place_of_a_row_where_the_published_one_does_not(flat):
    layers = unflatten(flat, SHAPE.layers)
    turned = flat.clone()
    unflatten(turned, SHAPE.layers)[1][0].copy_(layers[1][0].flip(1))
    published = Published(SHAPE, [9], 4).eval()
    torch.testing.assert_close(published(turned), published(flat))
    ours = calibrated(3, flat)
    assert (ours(turned) - ours(flat)).abs().max() > 1e-3


def test_every_layer_counts(flat):
    ours, start = calibrated(3, flat), 0
    for n_out, n_in in SHAPE.layers:
        for size in (n_out * n_in, n_out):
            changed = flat[:1].clone()
            changed[:, start : start + size] += 1
            start += size
            assert (ours(changed) - ours(flat[:1])).abs().max() > 1e-4
    assert start == SHAPE.n_parameters


def test_directions_are_those_in_which_matrices_differ():
    torch.manual_seed(0)
    basis, _ = torch.linalg.qr(torch.randn(6, 6))
    encoder = Encoder(SHAPE, [9], 4, rank=2)
    flat = 1e-3 * torch.randn(200, SHAPE.n_parameters)
    for weight, _ in unflatten(flat, SHAPE.layers)[1:-1]:
        weight += basis[:, :2] @ torch.randn(200, 2, 2) @ basis[:, 2:4].T
    encoder.calibrate(flat, None)
    encoder.mean.zero_(), encoder.scale.fill_(1)  # the standardised ones are of no low rank
    matrices, _ = encoder._standardized(flat)
    kept = encoder.left @ matrices @ encoder.right
    assert kept.square().sum() > 0.8 * matrices.square().sum()
    for side in (encoder.left @ encoder.left.mT, encoder.right.mT @ encoder.right):
        torch.testing.assert_close(side, torch.eye(2).expand(2, 2, 2), rtol=0, atol=1e-5)


def test_dropout_hides_numbers_in_training_alone(flat):
    torch.manual_seed(1)
    encoder = Encoder(SHAPE, [9], 4, rank=3, dropout=0.5)
    encoder.calibrate(flat, None)
    seen = []
    encoder.mlp.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    encoder.train()(flat)
    encoder.eval()(flat)
    trained, evaluated = ((x == 0).float().mean() for x in seen)
    assert 0.4 < trained < 0.6 and evaluated == 0
