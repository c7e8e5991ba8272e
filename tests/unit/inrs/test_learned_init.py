"""A learned init: its steps are those of the fitting, and it is differentiated through them."""

import pytest
import torch

from inr2vec_core.geometry.queries import dequantize
from inr2vec_core.inrs.fit_many import fit_many
from inr2vec_core.inrs.fitting import FirstSteps, FitSettings, fit
from inr2vec_core.inrs.learned_init import LearnedInit
from inr2vec_core.inrs.siren import evaluate
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import modality
from unit.inrs.helpers import stored as random_queries

SIREN, STEPS, Q = SirenConfig(5, 3), 3, 8


@pytest.fixture
def init():
    """An init whose rates differ, in double precision."""
    init = LearnedInit(SIREN, modality("udf"), seed=0).double()
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        init.rates.copy_(0.02 * torch.rand(SIREN.n_parameters, generator=generator).double())
    return init


def queries(b, blocks=STEPS + 1, seed=0):
    """Coordinates (b, blocks, Q, 3) and labels (b, blocks, Q), and how they are stored."""
    stored = random_queries(b, blocks * Q, seed)
    coords, labels = (t.double() for t in dequantize(stored))
    return coords.view(b, blocks, Q, 3), labels.view(b, blocks, Q), stored


def test_its_steps_are_those_of_fitting(init):
    coords, labels, stored = queries(2, STEPS)
    init, coords, labels = init.float(), coords.float(), labels.float()
    first = FirstSteps(init.rates.detach(), STEPS, Q)
    initial = init.weights.detach().expand(2, -1).clone()
    fitted, _ = fit(
        initial, stored, SIREN, FitSettings(steps=0), torch.zeros(2, dtype=torch.long),
        first=first,
    )  # fmt: skip
    found = init.eval().fitted(coords, labels)
    assert not torch.allclose(found, initial)
    torch.testing.assert_close(found.detach(), fitted, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(init.train().fitted(coords, labels), found)


def test_the_gradient_goes_through_the_steps(init):
    coords, labels, _ = queries(2)

    def loss_at(weights, rates):
        return torch.func.functional_call(
            init, {"weights": weights, "rates": rates}, (coords, labels)
        )

    inputs = [t.detach().clone().requires_grad_() for t in (init.weights, init.rates)]
    assert torch.autograd.gradcheck(loss_at, inputs, eps=1e-7, atol=1e-5)


def test_the_loss_is_of_the_last_block_after_steps_on_the_others(init):
    coords, labels, _ = queries(3)
    flat = init.eval().fitted(coords[:, :-1], labels[:, :-1])
    outputs = evaluate(flat, coords[:, -1], SIREN)
    expected = torch.nn.functional.binary_cross_entropy_with_logits(outputs, labels[:, -1])
    torch.testing.assert_close(init(coords, labels), expected)


def test_an_inr_does_not_depend_on_the_others_of_its_round(init):
    coords, labels, _ = queries(3)
    together = init.eval().fitted(coords, labels)
    alone = init.fitted(coords[1:2], labels[1:2])
    torch.testing.assert_close(alone[0], together[1], rtol=1e-12, atol=1e-14)


def test_learning_lowers_the_loss_of_new_queries():
    torch.manual_seed(0)
    init = LearnedInit(SirenConfig(16, 3), modality("udf"), seed=0)
    adam = torch.optim.Adam(init.parameters(), lr=1e-3)

    def round_of(seed):
        """Distances to a plane, each shape's at its own height."""
        coords = torch.rand(4, 4, 32, 3, generator=torch.Generator().manual_seed(seed)) * 2 - 1
        heights = torch.linspace(-0.3, 0.3, 4).view(4, 1, 1)
        return coords, (1 - (coords[..., 2] - heights).abs()).clamp_min(0)

    before = init(*round_of(99)).item()
    for seed in range(60):
        adam.zero_grad()
        init(*round_of(seed)).backward()
        adam.step()
    assert init(*round_of(99)).item() < before - 0.02


@pytest.mark.parametrize("adam_steps", [0, 4])
def test_adams_steps_come_after_the_first_ones_on_the_queries_that_follow(adam_steps):
    siren, q = SirenConfig(8, 3), 6
    init = LearnedInit(siren, modality("udf"), seed=0)
    first, stored = FirstSteps(init.rates.detach(), 2, 5), random_queries(2, 2 * 5 + 4 * q)
    initial = init.weights.detach().expand(2, -1).clone()
    offsets = torch.tensor([0, 7])
    settings = FitSettings(adam_steps, queries=q, lr=1e-3)
    found, loss = fit(initial, stored, siren, settings, offsets, first=first)

    expected, _ = fit(initial, stored, siren, FitSettings(0), offsets, first=first)
    if adam_steps:
        expected, expected_loss = fit(expected, stored, siren, settings, offsets + 10)
        torch.testing.assert_close(loss, expected_loss)
    torch.testing.assert_close(found, expected)
    assert loss.isfinite().all()


def test_many_from_a_learned_init_are_as_each_alone():
    siren = SirenConfig(8, 3)
    init = LearnedInit(siren, modality("udf"), seed=0)
    first, stored = FirstSteps(init.rates.detach(), 3, 5), random_queries(5, 20)
    initial, offsets = init.weights.detach().expand(5, -1).clone(), torch.arange(5)
    expected, _ = fit(initial, stored, siren, FitSettings(0), offsets, first=first)
    fitted = fit_many(
        lambda rows: (initial[rows], stored[rows], offsets[rows]), 5, siren, FitSettings(0),
        torch.device("cpu"), at_once=2, threads=2, first=first,
    )  # fmt: skip
    torch.testing.assert_close(torch.stack([flat for _, flat, _ in fitted]), expected)
