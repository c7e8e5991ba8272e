"""The fingerprints of checkpoints; files of models are in test_models.py."""

import pytest
import torch

from inr2vec_core.io.fingerprint import fingerprint
from inr2vec_core.io.hdf5 import write_shard


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
