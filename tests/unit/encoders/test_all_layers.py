"""The encoder of all layers: what it reads, in known places."""

import torch

from inr2vec_core.encoders.all_layers import Encoder
from inr2vec_core.encoders.inr2vec import Encoder as HiddenLayersEncoder
from inr2vec_core.inrs.siren import rows
from inr2vec_core.inrs.siren_config import SirenConfig

SHAPE = SirenConfig(4, 3)


def weights(b):
    """Weights that count up, so that each row says where it is from."""
    return torch.arange(b * SHAPE.n_parameters, dtype=torch.float32).view(b, -1)


def made(kind=Encoder, **more):
    torch.manual_seed(0)
    return kind(SHAPE, (8, 6), 5, **more).eval()


def test_first_and_last_layer_are_arranged_as_published():
    flat = weights(2)
    matrix = made().matrix(flat)
    assert matrix.shape == (2, 4 + SHAPE.n_rows + 2, 4)
    weight, bias = flat[:, :12].view(2, 4, 3), flat[:, 12:16]
    for axis in range(3):
        assert torch.equal(matrix[:, axis], weight[:, :, axis])
    assert torch.equal(matrix[:, 3], bias)
    assert torch.equal(matrix[:, 4:-2], rows(flat, SHAPE))
    assert torch.equal(matrix[:, -2], flat[:, -5:-1])
    assert torch.equal(matrix[:, -1], flat[:, -1:].expand(2, 4))


def test_it_has_the_published_encoders_parameters():
    sizes = [sum(p.numel() for p in made(k).parameters()) for k in (Encoder, HiddenLayersEncoder)]
    assert sizes[0] == sizes[1]


def test_every_layer_counts():
    encoder, flat = made(), torch.randn(1, SHAPE.n_parameters)
    before = encoder(flat)
    for place in (0, 12, SHAPE.hidden_slice.start, SHAPE.hidden_slice.stop, -1):
        changed = flat.clone()
        changed[0, place] += 100
        assert not torch.allclose(encoder(changed), before)


def test_differences_are_of_all_layers():
    reading, init = made(differences=True), torch.randn(SHAPE.n_parameters)
    flat = init + 0.01 * torch.randn(20, SHAPE.n_parameters)
    reading.calibrate(flat, init)
    scaled = reading.matrix((flat - init) / reading.scale)
    torch.testing.assert_close(scaled.square().mean(), torch.tensor(1.0))
