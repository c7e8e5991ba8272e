"""Fitting: hand-written gradients against autograd, and batches against single networks."""

import pytest
import torch

from inr2vec_core.geometry.queries import dequantize
from inr2vec_core.inrs import fitting
from inr2vec_core.inrs.fitting import FitSettings, fit
from inr2vec_core.inrs.siren import evaluate, initial_weights
from inr2vec_core.inrs.siren_batch import SirenBatch
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import modality
from inr2vec_core.ops.losses import bce
from unit.inrs.helpers import stored

SHAPE = SirenConfig(8, 3)


def initial(b, dtype=torch.float32):
    one = [torch.from_numpy(initial_weights(SHAPE, 0, i)) for i in range(b)]
    return torch.stack(one).to(dtype)


def plain_fit(theta, blocks, settings):
    """One INR with torch's Adam and autograd, step by step: the definition."""
    theta = theta.clone().requires_grad_(True)
    adam = torch.optim.Adam([theta], lr=settings.lr)
    losses = []
    for block in blocks:
        coords, labels = (t.to(theta.dtype) for t in dequantize(block[None]))
        outputs = evaluate(theta[None], coords, SHAPE)
        if settings.loss == "bce":
            loss = torch.nn.functional.binary_cross_entropy_with_logits(outputs, labels)
        else:
            loss = torch.nn.functional.mse_loss(outputs, (1 - labels) * 0.1)
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    return theta.detach(), losses


def gradients_of(batch):
    """(b, n_parameters) in flat order: parameters are omega * theta, so d/dtheta = omega d/dp."""
    parts = [t.flatten(1) for pair in batch._gradients for t in pair]
    return SHAPE.omega * torch.cat(parts, 1)


LOSSES = [modality(field).loss_and_gradient(kind)
          for field, kind in (("udf", "bce"), ("sdf", "mse"), ("occ", "bce"))]  # fmt: skip


@pytest.mark.parametrize("chunk", [11, 4, 1])
@pytest.mark.parametrize("loss", LOSSES,
                         ids=["bce", "mse", "focal"])  # fmt: skip
def test_gradients_equal_autograd_of_each_single_network(loss, chunk):
    flat = initial(3, torch.float64)
    coords, labels = (t.double() for t in dequantize(stored(3, 11)))
    batch = SirenBatch(flat, SHAPE, chunk)
    values = batch.step(coords, labels, loss)
    gradients = gradients_of(batch)
    for i in range(3):
        theta = flat[i : i + 1].clone().requires_grad_(True)
        value, _ = loss(evaluate(theta, coords[i : i + 1], SHAPE), labels[i : i + 1])
        value.sum().backward()
        torch.testing.assert_close(values[i], value[0].detach(), rtol=1e-10, atol=1e-12)
        torch.testing.assert_close(gradients[i], theta.grad[0], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("shape", [SirenConfig(5, 2), SirenConfig(19, 4)])
def test_the_compiled_gradients_are_those_of_the_definition(shape):
    flat = torch.stack([torch.from_numpy(initial_weights(shape, 0, i)) for i in range(2)])
    coords, labels = dequantize(stored(2, 7))
    single, double = SirenBatch(flat, shape, 3), SirenBatch(flat.double(), shape, 7)
    single.step(coords, labels, bce)
    double.step(coords.double(), labels.double(), bce)
    expected = double.parameters.grad.float()
    torch.testing.assert_close(
        single.parameters.grad, expected, rtol=1e-3, atol=1e-5 * float(expected.abs().max())
    )


def test_a_second_step_overwrites_the_gradients_of_the_first():
    coords, labels = dequantize(stored(2, 5))
    batch = SirenBatch(initial(2), SHAPE, 5)
    batch.step(coords, labels, bce)
    first = batch.parameters.grad.clone()
    batch.step(coords, labels, bce)
    assert torch.equal(batch.parameters.grad, first)


def test_unfolding_omega_gives_the_initial_weights_back():
    flat = initial(2)
    torch.testing.assert_close(SirenBatch(flat, SHAPE, 1).flat(), flat, rtol=1e-6, atol=0)


@pytest.mark.parametrize("loss", ["bce", "mse"])
def test_fit_follows_adam_on_single_networks(loss, monkeypatch):
    # In float64, because Adam divides by the gradient's own size and so blows up rounding.
    monkeypatch.setattr(fitting, "dequantize", lambda s: tuple(t.double() for t in dequantize(s)))
    settings = FitSettings(steps=20, queries=6, lr=1e-3, loss=loss)
    queries, offsets = stored(3, 30), [0, 12, 24]
    weights, losses = fit(
        initial(3, torch.float64), queries, SHAPE, settings, torch.tensor(offsets)
    )
    for i, offset in enumerate(offsets):
        around = torch.cat([queries[i]] * 6)[offset:]  # round and round, from the offset on
        expected, history = plain_fit(
            initial(3, torch.float64)[i], around[: 20 * 6].split(6), settings
        )
        torch.testing.assert_close(weights[i], expected, rtol=0, atol=1e-9)
        assert float(losses[i]) == pytest.approx(sum(history[-2:]) / 2, abs=1e-10)


def test_fit_in_float32_stays_close_to_float64(monkeypatch):
    settings = FitSettings(steps=20, queries=16, lr=1e-4)
    queries, offsets = stored(2, 64), torch.tensor([0, 8])
    single, _ = fit(initial(2), queries, SHAPE, settings, offsets)
    monkeypatch.setattr(fitting, "dequantize", lambda s: tuple(t.double() for t in dequantize(s)))
    double, _ = fit(initial(2, torch.float64), queries, SHAPE, settings, offsets)
    assert single.dtype == torch.float32
    # A twentieth of one step's length, for weights that moved by up to 20 steps.
    torch.testing.assert_close(single.double(), double, rtol=0, atol=5e-6)
    assert (double - initial(2, torch.float64)).abs().max() > 1e-3


@pytest.mark.parametrize("chunk", [1, 5, 16, 100])
def test_chunks_of_queries_make_no_difference(chunk):
    settings = FitSettings(steps=5, queries=16, lr=1e-4)
    queries, offsets = stored(3, 64), torch.tensor([0, 8, 60])
    whole, losses = fit(initial(3), queries, SHAPE, settings, offsets)
    parts, part_losses = fit(initial(3), queries, SHAPE, settings, offsets, chunk)
    torch.testing.assert_close(parts, whole, rtol=0, atol=5e-6)
    torch.testing.assert_close(part_losses, losses, rtol=1e-5, atol=0)


def test_fitting_lowers_the_loss():
    queries = stored(1, 40)
    queries[..., 3] = 32767 * (queries[..., 0] > 0)  # a field that is easy to learn
    losses = {}
    for steps in (1, 100):
        settings = FitSettings(steps, queries=40, lr=1e-3)
        _, losses[steps] = fit(initial(1), queries, SHAPE, settings, torch.tensor([0]))
    assert losses[100] < 0.5 * losses[1]


def test_an_inr_does_not_depend_on_its_batch():
    settings = FitSettings(steps=10, queries=8, lr=1e-3)
    queries, offsets = stored(4, 32), torch.tensor([0, 5, 10, 31])
    together, losses = fit(initial(4), queries, SHAPE, settings, offsets)
    for i in range(4):
        one = slice(i, i + 1)
        alone, loss = fit(initial(4)[one], queries[one], SHAPE, settings, offsets[one])
        # Float32 sums may be taken in another order: a hundredth of the ten steps' length.
        torch.testing.assert_close(alone[0], together[i], rtol=0, atol=1e-4)
        torch.testing.assert_close(loss[0], losses[i], rtol=1e-4, atol=0)


def test_an_inr_that_diverges_leaves_its_neighbors_untouched():
    settings = FitSettings(steps=5, queries=8)
    flat, queries, offsets = initial(3), stored(3, 32), torch.zeros(3, dtype=torch.long)
    sound, sound_losses = fit(flat, queries, SHAPE, settings, offsets)
    flat[1, 0] = float("nan")
    weights, losses = fit(flat, queries, SHAPE, settings, offsets)
    assert losses.isnan().tolist() == [False, True, False]
    assert torch.equal(weights[[0, 2]], sound[[0, 2]])
    assert torch.equal(losses[[0, 2]], sound_losses[[0, 2]])


def test_nan_queries_of_one_inr_leave_its_neighbors_gradients_alone():
    coords, labels = dequantize(stored(3, 5))
    gradients = []
    for spoilt in (False, True):
        if spoilt:
            coords[1] = float("nan")
        batch = SirenBatch(initial(3), SHAPE, 5)
        batch.step(coords, labels, bce)
        gradients.append(gradients_of(batch))
    sound, spoilt = gradients
    assert spoilt[1].isnan().any()
    assert torch.equal(spoilt[[0, 2]], sound[[0, 2]])


def test_blocks_go_round_at_the_end():
    rows = torch.arange(10).view(2, 5)
    assert fitting._block(rows, 1, 3).tolist() == [[1, 2, 3], [6, 7, 8]]
    assert fitting._block(rows, 2, 3).tolist() == [[2, 3, 4], [7, 8, 9]]
    assert fitting._block(rows, 4, 3).tolist() == [[4, 0, 1], [9, 5, 6]]


def test_fewer_stored_queries_than_a_step_asks_are_all_used():
    settings = FitSettings(steps=3, queries=100)
    weights, losses = fit(initial(1), stored(1, 7), SHAPE, settings, torch.tensor([3]))
    assert weights.isfinite().all() and losses.isfinite().all()
