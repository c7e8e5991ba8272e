"""Models in files that describe themselves."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from inr2vec_core.errors import InputError
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.checkpoints import load_arrays, save_array, save_model
from inr2vec_core.modalities import modality
from inr2vec_core.models.inr2vec import build_inr2vec, load_inr2vec, load_inr2vec_as

ARCHITECTURE = {
    "type": "inr2vec", "hidden": [6, 5], "embedding": 4, "decoder_hidden": 8,
    "decoder_frequencies": 3,
    "siren": {"width": 3, "depth": 2}, "field": "sdf",
}  # fmt: skip


def test_a_saved_model_computes_the_same_again(tmp_path):
    torch.manual_seed(0)
    model = build_inr2vec(ARCHITECTURE)
    flat = torch.randn(3, SirenConfig(3, 2).n_parameters)
    coords = torch.rand(3, 7, 3)
    model(flat, coords)  # moves BatchNorm's running figures
    save_model(model, {**ARCHITECTURE, "shift": -0.5}, tmp_path / "model.safetensors", best_epoch=3)
    loaded = load_inr2vec(tmp_path / "model.safetensors")
    assert not loaded.training and (loaded.modality.name, loaded.shift) == ("sdf", -0.5)
    assert torch.equal(loaded(flat, coords), model.eval()(flat, coords))


def test_a_file_may_carry_more_than_the_model(tmp_path):
    path, model = tmp_path / "model.safetensors", build_inr2vec(ARCHITECTURE)
    more = np.arange(3, dtype=np.float32)
    save_model(model, ARCHITECTURE, path, {"more": more}, note="text")
    assert np.array_equal(load_arrays(path)["more"], more)
    loaded = load_inr2vec(path).state_dict()
    assert loaded.keys() == model.state_dict().keys()
    assert all(torch.equal(loaded[name], value) for name, value in model.state_dict().items())


@pytest.mark.parametrize(
    "entry, spec, words",
    [
        ({"hidden": [6]}, {}, "another encoder than the entry describes: give the entry hidden: "),
        ({"options": {"rank": 4}, "type": "projected"}, {}, 'options: {}, type: "inr2vec"$'),
        ({}, {"modality": modality("udf")}, "was trained on sdf INRs"),
        ({}, {"siren": SirenConfig(3, 3)}, "these are sdf INRs of .*depth=3"),
        ({}, {"init": "two"}, "start from other weights than these: fit these from the same"),
    ],
)
def test_a_model_of_another_description_is_refused_with_its_file(tmp_path, entry, spec, words):
    path = tmp_path / "model.safetensors"
    described = {**ARCHITECTURE, "init": "one"}
    save_model(build_inr2vec(described), described, path)
    keys = ("type", "hidden", "embedding", "decoder_hidden", "decoder_frequencies")
    own = {"options": {}} | {key: ARCHITECTURE[key] for key in keys}
    fitting = InrSpec(SirenConfig(3, 2), modality("sdf"), "bce", "one")
    assert load_inr2vec_as(path, own, fitting).init == "one"
    with pytest.raises(InputError, match=rf"model\.safetensors .*{words}") as error:
        load_inr2vec_as(path, own | entry, replace(fitting, **spec))
    assert "\n" not in str(error.value)


def test_the_paper_sized_model():
    with torch.device("meta"):
        model = build_inr2vec({
            "type": "inr2vec", "hidden": [512, 512, 1024, 1024], "embedding": 1024,
            "decoder_hidden": 512, "decoder_frequencies": 10,
            "siren": {"width": 512, "depth": 4}, "field": "udf",
        })  # fmt: skip
    assert sum(p.numel() for p in model.parameters()) == 3_155_968 + 2_165_249


@pytest.mark.parametrize(
    "content, why",
    [
        (None, "is missing: make it first"),
        (b"", "is empty"),
        (b"no model", "has no checksum"),
        ("foreign", "is not a readable safetensors file"),
    ],
)
def test_a_file_that_holds_no_model_is_named(tmp_path, content, why):
    path = tmp_path / "model.safetensors"
    if content == "foreign":
        save_array(path, np.zeros(2, np.float32))
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=rf"model\.safetensors {why}"):
        load_inr2vec(path)
