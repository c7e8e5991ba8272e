"""Losses whose gradients are taken chunk by chunk."""

import pytest
import torch
import torch.nn.functional as F

from inr2vec_core.models.implicit_decoder import ImplicitDecoder
from inr2vec_core.ops import chunked_loss
from inr2vec_core.ops.chunked_loss import chunks, mean_loss


@pytest.mark.parametrize(
    ("b", "q", "most"), [(1, 1, 1), (3, 5, 2), (3, 5, 5), (4, 5, 11), (2, 3, 99)]
)
def test_chunks_cover_every_query_once_and_are_not_too_large(b, q, most):
    seen = torch.zeros(b, q)
    for part in chunks(b, q, most):
        assert seen[part].numel() <= most
        seen[part] += 1
    assert (seen == 1).all()


@pytest.mark.parametrize("elements", [8, 8 * 3, 8 * 12, 8 * 1000])
def test_loss_and_gradients_do_not_depend_on_the_chunks(elements, monkeypatch):
    monkeypatch.setattr(chunked_loss, "CPU_ELEMENTS", elements)
    torch.manual_seed(0)
    decoder = ImplicitDecoder(4, 8, 2).double()
    embedding = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    coords, labels = torch.rand(3, 7, 3).double(), torch.rand(3, 7).double()
    wanted = [embedding, *decoder.parameters()]
    criterion = F.binary_cross_entropy_with_logits

    expected = criterion(decoder(embedding, coords), labels)
    found = mean_loss(decoder, criterion, embedding, coords, labels, width=8)
    torch.testing.assert_close(found, expected)
    for a, b in zip(
        torch.autograd.grad(2 * found, wanted),
        torch.autograd.grad(2 * expected, wanted),
        strict=True,
    ):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


def test_chunks_reach_the_network_one_by_one(monkeypatch):
    monkeypatch.setattr(chunked_loss, "CPU_ELEMENTS", 8 * 4)
    decoder, seen = ImplicitDecoder(4, 8, 2), []
    decoder.register_forward_hook(lambda module, inputs, output: seen.append(output.numel()))
    embedding = torch.randn(2, 4, requires_grad=True)
    coords, labels = torch.rand(2, 7, 3), torch.rand(2, 7)
    mean_loss(decoder, F.binary_cross_entropy_with_logits, embedding, coords, labels, 8).backward()
    assert seen == [4, 3, 4, 3]


def test_frozen_parameters_and_evaluation(monkeypatch):
    monkeypatch.setattr(chunked_loss, "CPU_ELEMENTS", 8 * 4)
    decoder = ImplicitDecoder(4, 8, 2).requires_grad_(False)
    embedding = torch.randn(2, 4, requires_grad=True)
    arguments = (
        F.binary_cross_entropy_with_logits,
        embedding,
        torch.rand(2, 7, 3),
        torch.rand(2, 7),
    )
    mean_loss(decoder, *arguments, 8).backward()
    assert embedding.grad.abs().sum() > 0
    with torch.no_grad():
        assert not mean_loss(decoder, *arguments, 8).requires_grad
