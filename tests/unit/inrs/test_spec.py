"""INRs as fields."""

import json

import pytest
import torch

from inr2vec_core.errors import InputError
from inr2vec_core.inrs.siren import evaluate, initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.inrs.spec import EACH, InrSpec, init_id
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.modalities import modality
from inr2vec_core.models.inr2vec import build_inr2vec, fields_of

SIREN = SirenConfig(6, 2)
ARCHITECTURE = {"type": "inr2vec", "hidden": [5], "embedding": 4, "decoder_hidden": 8,
                "decoder_frequencies": 10,
                "siren": {"width": 6, "depth": 2}, "field": "sdf"}  # fmt: skip


def test_the_kind_of_a_shards_inrs(tmp_path):
    attrs = {"siren": json.dumps(SIREN.describe()), "settings": json.dumps({"loss": "mse"})}
    write_shard(tmp_path / "0.h5", {"shape_id": ["a"]}, field="sdf", init="one", **attrs)
    assert InrSpec.of(tmp_path / "0.h5") == InrSpec(SIREN, modality("sdf"), "mse", "one")


def test_fields_of_inrs_are_their_networks_outputs():
    torch.manual_seed(0)
    flat, points = torch.randn(2, SIREN.n_parameters) / 9, torch.rand(5, 3)
    fields = InrSpec(SIREN, modality("sdf"), "bce").fields(flat)
    for one, field in zip(flat, fields, strict=True):
        expected = 0.1 * (2 * torch.sigmoid(evaluate(one[None], points[None], SIREN)[0]) - 1)
        torch.testing.assert_close(field(points), expected, rtol=1e-4, atol=1e-6)


def test_fields_of_embeddings_are_the_decoders():
    torch.manual_seed(0)
    model = build_inr2vec(ARCHITECTURE).eval()
    flat, points = torch.randn(2, SIREN.n_parameters), torch.rand(5, 3)
    fields = fields_of(InrSpec(SIREN, modality("sdf"), "bce"), flat, model)
    logits = model(flat, points.expand(2, 5, 3)).detach()
    for field, expected in zip(fields, 0.1 * (2 * torch.sigmoid(logits) - 1), strict=True):
        torch.testing.assert_close(field(points), expected, rtol=1e-4, atol=1e-6)


def test_an_encoder_need_not_know_the_inrs_sizes():
    model = build_inr2vec(ARCHITECTURE)
    model.encoder = torch.nn.Linear(SIREN.n_parameters, 4)
    model.check(InrSpec(SIREN, modality("sdf"), "bce"))


@pytest.mark.parametrize("kind", [
    InrSpec(SIREN, modality("udf"), "bce"), InrSpec(SirenConfig(6, 3), modality("sdf"), "bce"),
], ids=["field", "size"])  # fmt: skip
def test_a_model_of_other_inrs_is_refused(kind):
    with pytest.raises(InputError, match="trained on sdf INRs"):
        build_inr2vec(ARCHITECTURE).check(kind)


@pytest.mark.parametrize(
    "theirs, refused", [("one", False), ("two", True), (EACH, True), ("", False)]
)
def test_a_model_of_inrs_from_another_start_is_refused(theirs, refused):
    model = build_inr2vec(ARCHITECTURE | {"init": "one"})
    spec = InrSpec(SIREN, modality("sdf"), "bce", theirs)
    if not refused:
        return model.check(spec)
    with pytest.raises(InputError, match="start from other weights than these"):
        model.check(spec)


def test_shards_have_their_specification_in_common(tmp_path):
    def written(name, width=6, init="one"):
        siren = json.dumps(SirenConfig(width, 2).describe())
        attrs = {"siren": siren, "settings": json.dumps({"loss": "mse"}), "field": "sdf"}
        write_shard(tmp_path / name, {"shape_id": ["a"]}, init=init, **attrs)
        return tmp_path / name

    first, same = written("0.h5"), written("1.h5")
    assert InrSpec.of_all([first, same]) == InrSpec(SIREN, modality("sdf"), "mse", "one")
    for other, words in (
        (written("2.h5", init="two"), "2.h5 start from other weights than those of .*0.h5"),
        (written("3.h5", width=7, init="three"), "3.h5 have other sizes, .* than those of .*0.h5"),
    ):
        with pytest.raises(InputError, match=words):
            InrSpec.of_all([first, same, other])


def test_a_start_is_known_by_its_weights():
    weights = initial_weights(SIREN, 0)
    assert init_id(weights) == init_id(weights.copy())
    assert init_id(weights) != init_id(initial_weights(SIREN, 1))
