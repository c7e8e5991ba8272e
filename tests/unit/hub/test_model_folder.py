"""A model's folder: the file as it is, the init by itself, and what is said of them."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from inr2vec_core.api.model import load_model
from inr2vec_core.errors import InputError
from inr2vec_core.hub.facts import Metric
from inr2vec_core.hub.model_folder import describe_model, write_init, write_metrics, write_model
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.io.checkpoints import load_arrays, read_metadata, save_model
from inr2vec_core.io.sealed import read_json
from inr2vec_core.models.inr2vec import build_inr2vec
from unit.hub.helpers import FIT, QUERIES, SHAPES

NAMES = {"encoder": "mine", "inr": "few"}


def test_the_file_is_copied_as_it_is(model, tmp_path):
    write_model(model, tmp_path / "folder/model.safetensors")
    assert (tmp_path / "folder/model.safetensors").read_bytes() == model.read_bytes()
    assert load_model(tmp_path / "folder", "cpu").init.id == SharedInit.read(model).id


@pytest.mark.parametrize("left", [0, 0.5])
def test_a_damaged_file_is_not_copied(left, model, tmp_path):
    whole = model.read_bytes()
    model.write_bytes(whole[: int(left * len(whole))])
    with pytest.raises(InputError, match=r"^.*trained.safetensors "):
        write_model(model, tmp_path / "copy.safetensors")
    assert not (tmp_path / "copy.safetensors").exists()


@pytest.mark.parametrize("init", ["learned", "random"], indirect=True)
def test_an_init_by_itself_is_the_models(model, init, tmp_path):
    write_init(SharedInit.read(model), tmp_path / "init.safetensors")
    found = SharedInit.read(tmp_path / "init.safetensors")
    assert np.array_equal(found.weights, init.weights)
    for name in ("id", "siren", "sgd_steps", "queries", "field"):
        assert getattr(found, name) == getattr(init, name), name
    assert (found.rates is None) == (init.rates is None)
    if init.rates is not None:
        assert np.array_equal(found.rates, init.rates)


@pytest.mark.parametrize("init", ["learned", "random"], indirect=True)
def test_what_is_said_is_what_the_file_says(model, init, data):
    config = describe_model(model, [data], {"epochs": 9, "lr": 0.1}, NAMES)
    header = read_metadata(model)
    json.dumps(config, allow_nan=False)
    assert config["architecture"] == json.loads(header["architecture"])
    assert (config["fit"], config["queries"], config["shapes"]) == (FIT, QUERIES, SHAPES)
    learned = init.rates is not None
    steps = {"sgd_steps": 2, "queries": 32} if learned else {"sgd_steps": 0, "queries": 0}
    assert config["init"] == {"id": init.id, "learned": learned, **steps}
    expected = {"epochs": 9, "lr": 0.1, "best_epoch": 7, "best_chamfer": 0.00123}
    assert config["training"] == expected
    assert config["data"] == [asdict(data)]
    assert (config["encoder"], config["inr"]) == ("mine", "few")
    network = build_inr2vec(config["architecture"])
    tensors = network.state_dict().values()
    assert config["parameters"] == sum(tensor.numel() for tensor in tensors)


@pytest.mark.parametrize("init", ["learned", "random"], indirect=True)
def test_a_model_without_a_shared_init_is_refused(model, init, data, tmp_path):
    arrays, header = load_arrays(model), read_metadata(model)
    architecture = json.loads(header["architecture"])
    network, path = build_inr2vec(architecture), tmp_path / "other.safetensors"
    save_model(network, architecture, path)
    with pytest.raises(InputError, match="holds no initial weights"):
        describe_model(path, [data], {}, NAMES)
    other = replace(init, weights=init.weights + 1)
    save_model(network, architecture, path, other.beside_a_model()[0], first_steps="{}")
    if "init.rates" in arrays:
        return  # and steps are missing
    with pytest.raises(InputError, match="no new shape can be embedded"):
        describe_model(path, [data], {}, NAMES)


def test_metrics(tmp_path):
    metric = Metric("retrieval", "hit@1", "%", 50.0, None, 1, 4, "test", "do")
    write_metrics([metric], tmp_path / "metrics.json")
    assert read_json(tmp_path / "metrics.json") == {"metrics": [asdict(metric)]}
