"""Models in files that describe themselves, and the fingerprints of checkpoints."""

import pytest
import torch

from inr2vec_core.errors import InputError
from inr2vec_core.models import build_inr2vec, fingerprint, load_inr2vec, save_inr2vec
from inr2vec_core.siren import SirenShape
from inr2vec_core.storage import write_shard

ARCHITECTURE = {
    "type": "inr2vec", "hidden": [6, 5], "embedding": 4, "decoder_hidden": 8,
    "decoder_frequencies": 3,
    "siren": {"width": 3, "depth": 2}, "field": "sdf",
}  # fmt: skip


def test_a_saved_model_computes_the_same_again(tmp_path):
    torch.manual_seed(0)
    model = build_inr2vec(ARCHITECTURE)
    flat = torch.randn(3, SirenShape(3, 2).n_parameters)
    coords = torch.rand(3, 7, 3)
    model(flat, coords)  # moves BatchNorm's running figures
    save_inr2vec(model, ARCHITECTURE, tmp_path / "model.safetensors", best_epoch=3)
    loaded = load_inr2vec(tmp_path / "model.safetensors")
    assert not loaded.training and loaded.field == "sdf"
    assert torch.equal(loaded(flat, coords), model.eval()(flat, coords))


def test_the_paper_sized_model():
    with torch.device("meta"):
        model = build_inr2vec({
            "type": "inr2vec", "hidden": [512, 512, 1024, 1024], "embedding": 1024,
            "decoder_hidden": 512, "decoder_frequencies": 10,
            "siren": {"width": 512, "depth": 4}, "field": "udf",
        })  # fmt: skip
    assert sum(p.numel() for p in model.parameters()) == 3_155_968 + 2_165_249


@pytest.mark.parametrize("content", [None, b"", b"no model", "foreign"])
def test_a_file_that_holds_no_model_is_named(tmp_path, content):
    path = tmp_path / "model.safetensors"
    if content == "foreign":
        from safetensors.torch import save_file

        save_file({"weights": torch.zeros(2)}, path)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"model\.safetensors: no such model"):
        load_inr2vec(path)


# ---------------------------------------------------------------------------- fingerprints


@pytest.fixture
def shard(tmp_path):
    def write(loss=0.5, **attrs):
        columns = {n: ["x"] for n in ("shape_id", "class", "split")}
        write_shard(tmp_path / "0.h5", columns | {"loss": torch.tensor([loss]).numpy()}, **attrs)
        return [tmp_path / "0.h5"]

    return write


def test_a_fingerprint_is_the_same_for_the_same_things_whatever_their_order(shard):
    first = fingerprint({"a": 1, "b": 2}, shard(code="x"))
    assert fingerprint({"b": 2, "a": 1}, shard(code="x")) == first


def test_a_fingerprint_depends_on_settings_data_and_their_making(shard):
    settings = {"a": 1}
    found = {
        fingerprint(settings, shard(code="x")),
        fingerprint({"a": 2}, shard(code="x")),
        fingerprint(settings, shard(loss=0.6, code="x")),
        fingerprint(settings, shard(code="y")),
    }
    assert len(found) == 4
