"""LatentModulatedSiren: the SIREN against a plain computation, the steps on latents."""

import pytest
import torch

from inr2vec_core.shared_networks._base import ShapeBatch
from inr2vec_core.shared_networks.latent_modulated_siren import Network


@pytest.fixture
def network():
    torch.manual_seed(0)
    made = Network(0, 3, 5, 3, omega=3.0).double()
    torch.nn.init.normal_(made.shifts.weight, std=0.3)
    return made


def batch(n=2, q=4):
    return ShapeBatch(2 * torch.rand(n, q, 3).double() - 1, torch.rand(n, q).double())


def test_a_latent_shifts_every_sines_argument(network):
    codes, coords = torch.randn(2, 3).double(), batch().coords
    for shape in range(2):
        shifts = (network.shifts.weight @ codes[shape] + network.shifts.bias).view(2, 5)
        x = coords[shape]
        for layer, shift in zip(network.sines, shifts, strict=True):
            x = torch.sin(3.0 * (x @ layer.weight.T + layer.bias + shift))
        expected = 4 * (x @ network.last.weight.T + network.last.bias)[:, 0]
        torch.testing.assert_close(network(codes, coords)[shape], expected)


def test_a_step_follows_the_shapes_own_gradient_by_the_learned_rates(network):
    shapes = batch()
    network.steps = 1
    network.rates.data = torch.tensor([-0.5, 0.02, 7.0]).double()
    expected = []
    for k in range(2):
        code = torch.zeros(1, 3, requires_grad=True).double()
        error = (network(code, shapes.coords[k : k + 1]).sigmoid() - shapes.labels[k]).square()
        (gradient,) = torch.autograd.grad(error.mean(), code)
        expected.append(-torch.tensor([0.0, 0.02, 1.0]) * gradient[0])  # clipped to [0, 1]
    torch.testing.assert_close(network.represent(shapes), torch.stack(expected))


def test_three_steps_differentiate_through(network):
    """Against finite differences, in each of the network's parameters."""
    shapes = batch()
    names, values = zip(*network.named_parameters(), strict=True)

    def loss(*given):
        values = {f"network.{name}": value for name, value in zip(names, given, strict=True)}
        return torch.func.functional_call(_Loss(network), values, (shapes,))

    inputs = [value.detach().clone().requires_grad_() for value in values]
    assert torch.autograd.gradcheck(loss, inputs)
    # The steps have a part in it: the rates have a gradient, and the map from latents to shifts.
    gradients = torch.autograd.grad(loss(*inputs), inputs)
    found = dict(zip(names, gradients, strict=True))
    assert (found["rates"] != 0).all()
    assert (found["shifts.weight"] != 0).any()


class _Loss(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, shapes):
        return self.network.training_loss(shapes)


@torch.no_grad()
def test_the_steps_work_where_gradients_are_switched_off(network):
    shapes = batch()
    codes = network.represent(shapes)
    assert not codes.requires_grad

    def errors(latents):
        return (network(latents, shapes.coords).sigmoid() - shapes.labels).square().mean(1)

    assert (errors(codes) < errors(torch.zeros_like(codes))).all()


def test_it_starts_with_the_published_distributions():
    torch.manual_seed(0)
    network = Network(0, 64, 96, 4).requires_grad_(False)
    first, second, third = network.sines
    assert first.weight.abs().max() == pytest.approx(1 / 3, rel=0.02)
    reach = (6 / 96) ** 0.5 / 30
    for layer in (second, third, network.last):
        assert layer.weight.abs().max() == pytest.approx(reach, rel=0.02)
        assert not layer.bias.any()
    assert not first.bias.any() and not network.shifts.bias.any()
    assert network.rates.min() >= 0.005 and network.rates.max() <= 0.1
    assert network.rates.std() > 0.01
