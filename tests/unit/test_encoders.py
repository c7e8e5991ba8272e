"""What holds for every encoder, and how one is found."""

import pytest
import torch

from inr2vec_core import encoders
from inr2vec_core.encoders import encoder_class, known_types
from inr2vec_core.errors import InputError
from inr2vec_core.models import build_encoder
from inr2vec_core.siren import SirenShape

SHAPE = SirenShape(8, 3)


@pytest.fixture(params=known_types())
def encoder(request):
    torch.manual_seed(0)
    entry = {"type": request.param, "hidden": [12, 10], "embedding": 5}
    return build_encoder(entry, SHAPE)


def test_an_embedding_for_each_inr_by_itself(encoder):
    flat = torch.randn(6, SHAPE.n_parameters)
    together = encoder.eval()(flat)
    assert together.shape == (6, 5)
    torch.testing.assert_close(encoder(flat[2:3]), together[2:3], rtol=1e-4, atol=1e-5)


def test_every_parameter_learns(encoder):
    flat = torch.randn(6, SHAPE.n_parameters)
    # Of centred outputs: a sum would say nothing of what stands before a BatchNorm.
    (encoder.train()(flat) * torch.randn(6, 5)).sum().backward()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_the_papers_inrs_within_ten_million_parameters():
    for name in known_types():
        entry = {"type": name, "hidden": [512], "embedding": 1024}
        size = sum(p.numel() for p in build_encoder(entry, SirenShape(512, 4)).parameters())
        assert size < 10e6, name


def test_one_that_is_not_there_is_named():
    with pytest.raises(InputError, match=r"'os'.*there are inr2vec, projected"):
        encoder_class("os")


def test_a_file_without_an_encoder_is_named(monkeypatch):
    monkeypatch.setattr(encoders, "known_types", lambda: ["projected"])
    monkeypatch.delattr("inr2vec_core.encoders.projected.Encoder")
    with pytest.raises(InputError, match=r"projected\.py defines no class Encoder"):
        encoder_class("projected")
