"""Shared networks in files, and models of both kinds read by one function."""

import numpy as np
import pytest
import torch

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.checkpoints import save_model
from inr2vec_core.io.embeddings import write_embeddings
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.modalities import modality
from inr2vec_core.models.inr2vec import Inr2vec, build_inr2vec, embed
from inr2vec_core.models.load import load_shape_decoder
from inr2vec_core.models.shape_fields import CodeFields, InrFields
from inr2vec_core.models.shared_network import SharedModel, build_shared_model

DESCRIPTION = {
    "network": "occupancy_networks", "embedding": 4, "options": {"encoder_hidden": 8, "hidden": 8},
    "field": "udf", "shapes": 3, "trained_on": "x", "shift": 0.25,
}  # fmt: skip
SIREN = SirenConfig(4, 2)
INR2VEC = {
    "type": "inr2vec", "hidden": [8], "embedding": 6, "decoder_hidden": 8,
    "decoder_frequencies": 2, "siren": {"width": 4, "depth": 2}, "field": "udf",
}  # fmt: skip
POINTS = 2 * torch.rand(50, 3) - 1


@pytest.fixture
def model():
    torch.manual_seed(0)
    made = build_shared_model(DESCRIPTION).eval()
    for p in made.parameters():
        torch.nn.init.normal_(p, std=0.3)
    return made


def test_a_file_gives_back_either_kind_of_model(model, tmp_path):
    for name, made, description in (
        ("shared", model, DESCRIPTION), ("inr2vec", build_inr2vec(INR2VEC).eval(), INR2VEC),
    ):  # fmt: skip
        save_model(made, description, tmp_path / name)
        loaded = load_shape_decoder(tmp_path / name)
        assert isinstance(loaded, {"shared": SharedModel, "inr2vec": Inr2vec}[name])
        code = torch.randn(description["embedding"])
        assert torch.equal(loaded.decoded(code)(POINTS), made.decoded(code)(POINTS))


def test_decoded_fields_are_the_networks_shifted_logits(model):
    code = torch.randn(4)
    logits = model.network(code[None], POINTS[None])[0].detach()
    torch.testing.assert_close(model.logits(code)(POINTS), logits)
    values, gradients = model.decoded(code).value_and_gradient(POINTS)
    torch.testing.assert_close(values, modality("udf").values(logits + 0.25))
    step = torch.tensor([1e-3, 0, 0])
    slope = (model.decoded(code)(POINTS + step) - model.decoded(code)(POINTS - step)) / 2e-3
    torch.testing.assert_close(gradients[:, 0], slope, atol=2e-3, rtol=0.05)


@pytest.mark.parametrize("change, message", [
    ({"network": "x"}, "no shared network 'x': there are deepsdf"),
    ({"options": {"depth": 3}}, "a network occupancy_networks with options"),
])  # fmt: skip
def test_a_wrong_description_is_refused_with_one_line(change, message):
    with pytest.raises(InputError, match=message):
        build_shared_model(DESCRIPTION | change)


ROWS = [(f"s{k}", "bed", split) for k, split in enumerate(("train", "test", "test"))]


@pytest.fixture
def files(make_shards):
    return make_shards(
        [ROWS],
        lambda name: np.full(SIREN.n_parameters, int(name[1:]) / 10),
        lambda name: CloudShape(np.full((5, 3), int(name[1:]) / 10, np.float32)),
    )


def test_fields_of_codes_are_those_of_the_shapes(model, files, tmp_path):
    codes = np.random.default_rng(0).normal(size=(2, 4)).astype(np.float32)
    write_embeddings(
        tmp_path / "codes.parquet", ["s2", "s0"], ["bed"] * 2, ["test", "train"], codes
    )
    shapes = ShardedShapes(files[1], files[1])
    source = CodeFields(shapes, tmp_path / "codes.parquet", torch.device("cpu"), model)
    assert source.data.shape_id == ["s0", "s2"]  # s1 has no code
    assert source.modality.name == "udf"
    expected = model.decoded(torch.from_numpy(codes[0]))(POINTS)
    assert torch.equal(source.field(1)(POINTS), expected)


def test_codes_of_none_of_the_shapes_are_refused(model, files, tmp_path):
    path = tmp_path / "codes.parquet"
    write_embeddings(path, ["x"], ["bed"], ["test"], np.ones((1, 4), np.float32))
    with pytest.raises(InputError, match=f"{path} has a code of none of the shapes"):
        CodeFields(ShardedShapes(files[1], files[1]), path, torch.device("cpu"), model)


def test_fields_of_inrs_are_their_own_or_their_embeddings(files):
    spec, data = InrSpec(SIREN, modality("udf"), "bce"), ShardedShapes(*files)
    weights = torch.full((1, SIREN.n_parameters), 0.2)
    own = InrFields(data, spec, torch.device("cpu")).field(2)(POINTS)
    torch.testing.assert_close(own, spec.fields(weights)[0](POINTS))
    model = build_inr2vec(INR2VEC).eval()
    decoded = InrFields(data, spec, torch.device("cpu"), model).field(2)(POINTS)
    torch.testing.assert_close(decoded, model.decoded(embed(model.encoder, weights)[0])(POINTS))
