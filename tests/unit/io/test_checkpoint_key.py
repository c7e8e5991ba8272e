"""The keys of checkpoints."""

import pytest
import torch

from inr2vec_core.io.checkpoint_key import checkpoint_key
from inr2vec_core.io.hdf5 import write_shard


@pytest.fixture
def shard(tmp_path):
    def write(loss=0.5, **attrs):
        columns = {n: ["x"] for n in ("shape_id", "class", "split")}
        write_shard(tmp_path / "0.h5", columns | {"loss": torch.tensor([loss]).numpy()}, **attrs)
        return [tmp_path / "0.h5"]

    return write


def test_the_key_does_not_depend_on_the_order_of_settings(shard):
    first = checkpoint_key({"a": 1, "b": 2}, shard(code="x"))
    assert checkpoint_key({"b": 2, "a": 1}, shard(code="x")) == first


def test_the_key_depends_on_settings_data_and_attributes(shard):
    settings = {"a": 1}
    keys = {
        checkpoint_key(settings, shard(code="x")),
        checkpoint_key({"a": 2}, shard(code="x")),
        checkpoint_key(settings, shard(loss=0.6, code="x")),
        checkpoint_key(settings, shard(code="y")),
    }
    assert len(keys) == 4
