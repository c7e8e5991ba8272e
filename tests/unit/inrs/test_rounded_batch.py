"""Fitting with products in bfloat16: gradients near float64's, nothing coupled, nothing lost."""

import pytest
import torch

from inr2vec_core.geometry.queries import dequantize
from inr2vec_core.inrs.fitting import FitSettings, fit
from inr2vec_core.inrs.rounded_batch import RoundedBatch
from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.inrs.siren_batch import SirenBatch
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.ops.losses import bce
from inr2vec_core.utils.bfloat16 import has_bfloat16
from unit.inrs.helpers import stored

SHAPE = SirenConfig(32, 4)
# Relative error of the gradients' norm: a bfloat16 has 8 bits, and rounding errors average out.
ERROR = {"mixed": 1e-2, "bfloat16": 2e-2}
both = pytest.mark.parametrize("precision", list(ERROR))
needs_bfloat16 = pytest.mark.skipif(
    not has_bfloat16(torch.device("cpu")), reason="products are split in other ways elsewhere"
)


def initial(b, shape=SHAPE):
    return torch.stack([torch.from_numpy(initial_weights(shape, 0, i)) for i in range(b)])


def batch_of(precision, flat, chunk, shape=SHAPE):
    return RoundedBatch(flat, shape, chunk, forward=precision == "bfloat16")


@both
@pytest.mark.parametrize("shape", [SHAPE, SirenConfig(19, 2), SirenConfig(64, 5)])
@pytest.mark.parametrize("chunk", [200, 64])
def test_gradients_are_near_those_of_float64(precision, shape, chunk):
    flat = initial(3, shape)
    coords, labels = dequantize(stored(3, 200, seed=1))
    rough, exact = batch_of(precision, flat, chunk, shape), SirenBatch(flat.double(), shape, 200)
    losses = rough.step(coords, labels, bce)
    expected = exact.step(coords.double(), labels.double(), bce)
    torch.testing.assert_close(losses.double(), expected, rtol=1e-3, atol=0)
    for (found, found_bias), (true, true_bias) in zip(
        rough._gradients, exact._gradients, strict=True
    ):
        for a, b in ((found, true), (found_bias, true_bias)):
            assert (a.double() - b).norm() < ERROR[precision] * b.norm()


@both
def test_what_a_step_leaves_behind_does_not_reach_the_next(precision):
    coords, labels = dequantize(stored(2, 48, seed=1))
    batch = batch_of(precision, initial(2), 32)  # a whole chunk, and a shorter one
    batch.step(coords, labels, bce)
    first = batch.parameters.grad.clone()
    batch.step(coords, labels, bce)
    assert torch.equal(batch.parameters.grad, first)


@both
def test_weights_follow_their_gradients(precision):
    coords, labels = dequantize(stored(2, 48, seed=1))
    batch = batch_of(precision, initial(2), 48)
    adam, losses = batch.adam(1e-3), []
    for _ in range(60):
        losses.append(batch.step(coords, labels, bce).mean())
        adam.step()
    assert losses[-1] < losses[0] - 0.01


@both
@needs_bfloat16
def test_an_inr_does_not_depend_on_its_batch(precision):
    settings = FitSettings(steps=10, queries=64, lr=1e-3, precision=precision)
    queries, offsets = stored(4, 256, seed=1), torch.tensor([0, 5, 10, 31])
    together, losses = fit(initial(4), queries, SHAPE, settings, offsets)
    for i in range(4):
        one = slice(i, i + 1)
        alone, loss = fit(initial(4)[one], queries[one], SHAPE, settings, offsets[one])
        assert torch.equal(alone[0], together[i])
        assert torch.equal(loss[0], losses[i])


@both
def test_an_inr_that_diverges_leaves_its_neighbors_untouched(precision):
    settings = FitSettings(steps=5, queries=64, precision=precision)
    flat, queries, offsets = initial(3), stored(3, 128, seed=1), torch.zeros(3, dtype=torch.long)
    sound, sound_losses = fit(flat, queries, SHAPE, settings, offsets)
    flat[1, 0] = float("nan")
    weights, losses = fit(flat, queries, SHAPE, settings, offsets)
    assert losses.isnan().tolist() == [False, True, False]
    assert torch.equal(weights[[0, 2]], sound[[0, 2]])
    assert torch.equal(losses[[0, 2]], sound_losses[[0, 2]])


@both
def test_fits_end_as_well_as_in_float32(precision):
    queries = stored(2, 400, seed=1)
    queries[..., 3] = 32767 * (queries[..., 0] > 0)  # a field that is easy to learn
    losses = {}
    for name in ("float32", precision):
        settings = FitSettings(steps=100, queries=200, lr=1e-3, precision=name)
        weights, losses[name] = fit(initial(2), queries, SHAPE, settings, torch.zeros(2).long())
        assert weights.dtype == torch.float32
    assert losses["float32"].max() < 0.35  # from 0.69
    torch.testing.assert_close(losses[precision], losses["float32"], rtol=0.02, atol=0)
