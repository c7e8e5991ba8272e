"""The encoder: its size and its invariances."""

import pytest
import torch

from inr2vec_core.encoders.inr2vec import Encoder as Inr2vecEncoder
from inr2vec_core.errors import InputError
from inr2vec_core.inrs.siren import rows
from inr2vec_core.inrs.siren_config import SirenConfig

SHAPE = SirenConfig(4, 3)


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    encoder = Inr2vecEncoder(SHAPE, (8, 6), 5)
    for norm in encoder.norms:  # running figures other than the initial 0 and 1
        norm.running_mean.uniform_(-0.1, 0.1)
        norm.running_var.uniform_(0.5, 2)
    return encoder.eval()


def weights(b):
    return torch.randn(b, SHAPE.n_parameters, generator=torch.Generator().manual_seed(1))


def test_the_papers_encoder_has_3155968_parameters():
    with torch.device("meta"):
        encoder = Inr2vecEncoder(SirenConfig(512, 4))
    assert sum(p.numel() for p in encoder.parameters()) == 3_155_968


def test_an_embedding_for_each_inr(encoder):
    assert encoder(weights(3)).shape == (3, 5)


def test_differences_from_the_init_have_the_mean_square_1_and_are_what_is_read():
    torch.manual_seed(0)
    reading = Inr2vecEncoder(SHAPE, (8, 6), 5, differences=True).eval()
    init = 3 + weights(1)[0]
    flat = init + 0.01 * torch.randn(50, SHAPE.n_parameters)
    reading.calibrate(flat, init)
    scaled = (flat - init) / reading.scale
    torch.testing.assert_close(rows(scaled, SHAPE).square().mean(), torch.tensor(1.0))
    plain = Inr2vecEncoder(SHAPE, (8, 6), 5).eval()
    plain.load_state_dict(
        {k: v for k, v in reading.state_dict().items() if k not in ("init", "scale")}
    )
    torch.testing.assert_close(reading(flat), plain(scaled))
    with pytest.raises(InputError, match="no difference from a shared init"):
        reading.calibrate(flat, None)


def test_permuting_the_rows_leaves_the_embedding_unchanged(encoder):
    flat = weights(2)
    permuted = flat.clone()
    matrix = rows(permuted, SHAPE)  # a view: writing to it writes to `permuted`
    matrix.copy_(matrix[:, torch.randperm(SHAPE.n_rows)].clone())
    assert not torch.equal(permuted, flat)
    torch.testing.assert_close(encoder(permuted), encoder(flat))


def test_changing_a_row_changes_the_embedding(encoder):
    flat = weights(1)
    changed = flat.clone()
    rows(changed, SHAPE)[0, 3] += 100
    assert not torch.allclose(encoder(changed), encoder(flat))


def test_first_and_last_layer_are_not_read(encoder):
    flat = weights(1)
    changed = flat.clone()
    changed[:, : SHAPE.hidden_slice.start] += 1
    changed[:, SHAPE.hidden_slice.stop :] += 1
    assert torch.equal(encoder(changed), encoder(flat))


def test_an_embedding_does_not_depend_on_its_batch(encoder):
    flat = weights(4)
    torch.testing.assert_close(encoder(flat[2:3])[0], encoder(flat)[2])


def test_the_embedding_is_the_maximum_over_rows_of_the_last_linear_layer(encoder):
    flat = weights(1)
    x = rows(flat, SHAPE)[0]
    for layer, norm in zip(encoder.layers, encoder.norms, strict=True):
        x = torch.relu(
            (layer(x) - norm.running_mean) / (norm.running_var + norm.eps).sqrt() * norm.weight
            + norm.bias
        )
    torch.testing.assert_close(encoder(flat)[0], encoder.last(x).max(0).values)


def test_all_parameters_learn():
    encoder = Inr2vecEncoder(SHAPE, (8, 6), 5)
    encoder(weights(3)).square().sum().backward()
    assert all(p.grad is not None for p in encoder.parameters())


def test_mixed_precision_sums_and_leaves_in_the_weights_precision():
    torch.manual_seed(0)
    encoder = Inr2vecEncoder(SHAPE, (16, 12), 5)
    flat, gradients = weights(20), []
    for mixed in (False, True):
        encoder.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            embeddings = encoder(flat)
        assert embeddings.dtype == torch.float32
        embeddings.sum().backward()
        assert {p.grad.dtype for p in encoder.parameters()} == {torch.float32}
        gradients.append(encoder.last.weight.grad.clone())
    assert not torch.equal(*gradients)
    assert torch.cosine_similarity(*(g.flatten() for g in gradients), dim=0) > 0.99


@pytest.mark.parametrize("rows_at_once", [1, 20, 1000])
def test_folded_norms_give_what_the_layers_give(encoder, rows_at_once, monkeypatch):
    monkeypatch.setattr("inr2vec_core.encoders.inr2vec.CPU_ROWS", rows_at_once)
    with torch.no_grad():
        folded = encoder(weights(5))
    torch.testing.assert_close(folded, encoder(weights(5)).detach())
