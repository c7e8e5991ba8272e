"""The initial weights that INRs share, and the files that they are read from."""

import json

import numpy as np
import pytest
from torch import nn

from inr2vec_core.errors import InputError
from inr2vec_core.inrs.learned_init import LearnedInit
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.inrs.spec import init_id
from inr2vec_core.io.checkpoints import save_array, save_model
from inr2vec_core.modalities import modality

SIREN, SDF = SirenConfig(6, 2), modality("sdf")
WEIGHTS = initial_weights(SIREN, 3)


@pytest.fixture
def learned(tmp_path):
    """An init as it is learned: three steps of 8 queries."""
    path = tmp_path / "learned.safetensors"
    save_model(LearnedInit(SIREN, SDF, 3), SIREN.describe(), path, field="sdf",
               settings=json.dumps({"sgd_steps": 3, "queries": 8, "rounds": 9}))  # fmt: skip
    return path


@pytest.fixture
def drawn(tmp_path):
    path = tmp_path / "drawn.safetensors"
    save_array(path, WEIGHTS, siren=json.dumps(SIREN.describe()))
    return path


def saved_in_a_model(init, path):
    description = {"siren": {"width": 6, "depth": 2}, "field": "sdf", "init": init.id}
    arrays, first_steps = init.beside_a_model()
    save_model(nn.Linear(2, 2), description, path, arrays, first_steps=first_steps)
    return path


def test_a_learned_init_has_the_steps_that_it_was_learned_for(learned):
    init = SharedInit.read(learned)
    assert (init.siren, init.field, init.id) == (SIREN, "sdf", init_id(WEIGHTS))
    assert np.array_equal(init.weights, WEIGHTS)
    assert (init.first.steps, init.first.queries) == (3, 8)
    assert (init.first.rates == 0.01).all()


def test_a_drawn_init_begins_with_no_steps_and_suits_any_field(drawn):
    init = SharedInit.read(drawn)
    assert init.first is None and np.array_equal(init.weights, WEIGHTS)
    for name in ("udf", "sdf", "occ"):
        init.check(SIREN, modality(name))


def test_a_model_carries_the_init_of_its_inrs(learned, drawn, tmp_path):
    for path in (learned, drawn):
        init = SharedInit.read(path)
        again = SharedInit.read(saved_in_a_model(init, tmp_path / "model.safetensors"))
        assert (again.siren, again.id) == (init.siren, init.id)
        assert np.array_equal(again.weights, init.weights)
        if path == drawn:
            assert again.first is None
        else:
            assert (again.first.steps, again.first.queries) == (3, 8)
            assert np.array_equal(again.rates, init.rates)
            assert again.field == "sdf"


@pytest.mark.parametrize("description", [
    {"n": 2}, {"siren": {"width": 6, "depth": 2}, "field": "sdf"},
], ids=["another network", "an encoder without"])  # fmt: skip
def test_a_file_without_an_init_is_named(tmp_path, description):
    path = tmp_path / "model.safetensors"
    save_model(nn.Linear(2, 2), description, path)
    with pytest.raises(InputError, match=r"model\.safetensors holds no initial weights"):
        SharedInit.read(path)


@pytest.mark.parametrize("siren, field, words", [
    (SirenConfig(6, 3), "sdf", "of width 6 and depth 2, these are of 6 and 3: set width and depth"),
    (SIREN, "occ", "was learned on sdf, these shapes are occ: learn it on such"),
], ids=["sizes", "field"])  # fmt: skip
def test_inrs_that_cannot_start_from_it_are_refused(learned, siren, field, words):
    init = SharedInit.read(learned)
    init.check(SIREN, SDF)
    with pytest.raises(InputError, match=rf"learned\.safetensors .*{words}"):
        init.check(siren, modality(field))
