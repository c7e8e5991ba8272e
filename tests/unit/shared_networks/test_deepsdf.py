"""DeepSDF: its layers against a plain computation, the codes of known and of new shapes."""

import pytest
import torch

from inr2vec_core.shared_networks import deepsdf
from inr2vec_core.shared_networks._base import ShapeBatch
from inr2vec_core.shared_networks.deepsdf import Decoder, Network


@pytest.mark.parametrize("hidden", [16, 6], ids=["as published", "codes longer than layers"])
def test_the_decoder_reads_code_and_query_first_and_in_the_middle(hidden):
    torch.manual_seed(0)
    decoder = Decoder(5, hidden, 4, 0.0)
    codes, coords = torch.randn(2, 5), torch.randn(2, 3, 3)
    joined = torch.cat([codes[:, None].expand(-1, 3, -1), coords], 2)
    x = joined
    for k, layer in enumerate(decoder.layers):
        if k == 2:
            x = torch.cat([x, joined], 2)
        v = layer.parametrizations.weight.original1
        scale = layer.parametrizations.weight.original0
        x = (x @ (scale * v / v.norm(dim=1, keepdim=True)).T + layer.bias).relu()
    assert x.shape == (2, 3, hidden)
    torch.testing.assert_close(decoder(codes, coords), 2 * decoder.last(x).squeeze(-1))


@pytest.fixture(scope="module")
def trained():
    """A decoder of balls: it has seen radii from 0.2 to 0.8."""
    torch.manual_seed(0)
    radii = torch.linspace(0.2, 0.8, 7)
    network = Network(7, 4, 32, 4, 0.0, test_steps=100, test_queries=64)
    optimizer = torch.optim.Adam(network.parameter_groups(1e-2))
    for _ in range(150):
        batch = balls(radii, torch.arange(7))
        loss = network.training_loss(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network.eval()


def balls(radii, rows=None, queries=128):
    directions = torch.nn.functional.normalize(torch.randn(len(radii), queries, 3), dim=2)
    coords = directions * (radii[:, None, None] + 0.1 * torch.randn(len(radii), queries, 1))
    distances = coords.norm(dim=2) - radii[:, None]
    return ShapeBatch(coords, (distances / 0.2 + 0.5).clamp(0, 1), rows=rows)


@torch.no_grad()
def test_the_code_of_an_unseen_shape_is_found_by_its_queries(trained, monkeypatch):
    batch = balls(torch.tensor([0.35, 0.65]))

    def errors(codes):
        return (trained(codes, batch.coords).sigmoid() - batch.labels).abs().mean(1)

    found = trained.represent(batch, seed=0)
    monkeypatch.setattr(trained, "test_steps", 0)
    assert (errors(found) < 0.5 * errors(trained.represent(batch, seed=0))).all()


@torch.no_grad()
def test_the_same_seed_finds_the_same_codes_whatever_was_drawn_before(trained):
    batch = balls(torch.tensor([0.5]))
    first = trained.represent(batch, seed=1)
    torch.rand(3)
    assert torch.equal(trained.represent(batch, seed=1), first)
    assert not torch.equal(trained.represent(batch, seed=2), first)


def test_training_shapes_keep_their_codes_within_the_bound():
    torch.manual_seed(0)
    network = Network(3, 4, 16, 4)
    network.codes.weight.data *= 100
    network.training_loss(balls(torch.tensor([0.3, 0.6]), torch.tensor([0, 2])))
    norms = network.trained_codes().norm(dim=1)
    torch.testing.assert_close(norms[[0, 2]], torch.ones(2), atol=1e-4, rtol=0)
    assert norms[1] > 10  # of no shape of the batch


def test_the_prior_grows_over_the_first_epochs(monkeypatch):
    torch.manual_seed(0)
    network = Network(2, 4, 16, 4, 0.0)
    monkeypatch.setattr(deepsdf, "RANGE", 0.0)
    batch = balls(torch.tensor([0.3, 0.6]), torch.arange(2))
    losses = {}
    for epoch in (1, 50, 100, 500):
        known = ShapeBatch(batch.coords, batch.labels, rows=batch.rows, epoch=epoch)
        losses[epoch] = float(network.training_loss(known).detach())
    norm = float(network.trained_codes().detach().norm(dim=1).mean())
    for epoch, share in ((1, 0.01), (50, 0.5), (100, 1), (500, 1)):
        assert losses[epoch] == pytest.approx(1e-4 * share * norm)


def test_codes_learn_at_twice_the_networks_rate():
    of_network, of_codes = Network(3, 4, 16, 4).parameter_groups(5e-4)
    assert (of_network["lr"], of_codes["lr"]) == (5e-4, 1e-3)
    assert [p.shape for p in of_codes["params"]] == [(3, 4)]
