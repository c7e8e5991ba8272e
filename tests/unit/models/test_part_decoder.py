"""The part decoder."""

import pytest
import torch
import torch.nn.functional as F

from inr2vec_core.io.checkpoints import load_model, save_model
from inr2vec_core.models.part_decoder import PartDecoder, build_part_decoder
from inr2vec_core.ops import chunked_loss
from unit.tasks.segmentation.labeled_shapes import PARTS, small_decoder


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def inputs(b=3, q=7, embedding=5, classes=3, parts=4, seed=0):
    one_hot = torch.eye(classes)[torch.arange(b) % classes]
    labels = torch.arange(b * q).view(b, q) % parts
    return random(b, embedding, seed=seed), one_hot, random(b, q, 3, seed=seed + 1), labels


def test_the_papers_decoder_of_50_parts():
    with torch.device("meta"):
        decoder = PartDecoder(1024, 16, 50)
    assert sum(p.numel() for p in decoder.parameters()) == 2_206_770


def test_dropout_drops_numbers_of_the_embedding_in_training_only():
    torch.manual_seed(0)
    decoder = PartDecoder(5, 3, 4, 16, 2, dropout=0.5)
    inputs = torch.randn(2, 5), torch.eye(3)[:2], torch.rand(2, 6, 3)
    assert not torch.equal(decoder(*inputs), decoder(*inputs))
    decoder.eval()
    assert torch.equal(decoder(*inputs), decoder(*inputs))
    # The class is never dropped.
    decoder.train()
    nothing = (torch.zeros(2, 5), *inputs[1:])
    assert torch.equal(decoder(*nothing), decoder(*nothing))


@pytest.mark.parametrize("parts", [1, 2, 4])
@pytest.mark.parametrize("b, q", [(3, 7), (1, 7), (3, 1), (1, 1)])
def test_a_logit_for_each_part_of_each_query(parts, b, q):
    *x, _ = inputs(b, q, parts=parts)
    assert small_decoder(parts)(*x).shape == (b, q, parts)


def test_embedding_class_and_query_all_count():
    decoder, (x, one_hot, coords, _) = small_decoder(), inputs()
    logits = decoder(x, one_hot, coords)
    others = [(x + 1, one_hot, coords), (x, one_hot.roll(1, 0), coords), (x, one_hot, coords + 1)]
    for other in others:
        assert not torch.allclose(decoder(*other), logits, atol=1e-4)


def test_the_parts_of_a_query_do_not_depend_on_other_queries():
    decoder, (x, one_hot, coords, _) = small_decoder(), inputs()
    logits = decoder(x, one_hot, coords)
    torch.testing.assert_close(decoder(x, one_hot, coords.flip(1)).flip(1), logits)
    torch.testing.assert_close(decoder(x[1:], one_hot[1:], coords[1:, :2]), logits[1:, :2])


@pytest.mark.parametrize("parts", [1, 4])
@pytest.mark.parametrize("elements", [1 << 20, 16 * 5])  # at once, and in chunks
def test_the_loss_is_cross_entropy_over_all_parts(parts, elements, monkeypatch):
    monkeypatch.setattr(chunked_loss, "CPU_ELEMENTS", elements)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    decoder, (*x, labels) = small_decoder(parts), inputs(parts=parts)
    loss = decoder.loss(*x, labels)
    loss.backward()
    found = [p.grad.clone() for p in decoder.parameters()]
    decoder.zero_grad()
    expected = F.cross_entropy(decoder(*x).flatten(0, 1), labels.flatten())
    expected.backward()
    torch.testing.assert_close(loss, expected)
    for gradient, p in zip(found, decoder.parameters(), strict=True):
        torch.testing.assert_close(gradient, p.grad)


def test_a_decoder_in_a_file_gives_the_same_logits(tmp_path):
    description = {
        "embedding": 5, "classes": PARTS.classes, "parts": len(PARTS), "hidden": 16,
        "frequencies": 2, "dropout": 0.5,
    }  # fmt: skip
    model = build_part_decoder(description).eval()
    save_model(model, description, tmp_path / "decoder.safetensors")
    loaded, what = load_model(tmp_path / "decoder.safetensors", build_part_decoder)
    assert what == description and not loaded.training
    *x, _ = inputs()
    assert torch.equal(loaded(*x), model(*x)) and model(*x).shape[2] == len(PARTS)
