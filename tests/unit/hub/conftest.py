"""Folders as rules write them, of small INRs and a small model."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from inr2vec_core.hub.facts import DataSet
from inr2vec_core.hub.model_folder import write_init
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.io.checkpoints import save_model
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.models.inr2vec import build_inr2vec
from unit.hub.helpers import FIT, QUERIES, SHAPES, SIREN


@pytest.fixture
def init(request, tmp_path):
    """An init, read from a file of its own; learned, or "random" if a test asks for that."""
    learned = getattr(request, "param", "learned") == "learned"
    weights = initial_weights(SIREN, 0)
    rates = np.full_like(weights, 0.01) if learned else None
    more = (rates, 2, 32, "udf") if learned else ()
    write_init(SharedInit(tmp_path, SIREN, weights, *more), tmp_path / "start.safetensors")
    return SharedInit.read(tmp_path / "start.safetensors")


@pytest.fixture
def shards(init, tmp_path):
    """Three shards of INRs, one of them empty: their files, and all they hold by shapes' names."""
    rng = np.random.default_rng(0)
    files, rows = [], {}
    for k, n in enumerate((4, 0, 3)):
        names = [f"a/{k}", f"a/{k}@1", f"b/{k}", f"b/t{k}"][:n]
        splits = ["train", "train", "val", "test"][:n]
        weights = rng.standard_normal((len(names), SIREN.n_parameters)).astype(np.float16)
        losses = rng.random(len(names)).astype(np.float32)
        classes = [name[0] for name in names]
        files.append(tmp_path / f"inrs/{k}.h5")
        write_shard(
            files[-1], {"shape_id": names, "class": classes, "split": splits, "weights": weights,
                        "loss": losses},
            siren=json.dumps(SIREN.describe()), settings=json.dumps(FIT), field="udf",
            init=init.id, code="",
        )  # fmt: skip
        rows |= {
            name: (split, weight, loss)
            for name, split, weight, loss in zip(names, splits, weights, losses, strict=True)
        }
    return SimpleNamespace(files=files, rows=rows)


@pytest.fixture
def augmentation(shards):
    return {name: int(name.endswith("@1")) for name in shards.rows}


@pytest.fixture
def data(shards, augmentation):
    manifest = pd.DataFrame(
        {
            "shape_id": list(shards.rows),
            "class": [name[0] for name in shards.rows],
            "split": [split for split, _, _ in shards.rows.values()],
            "augmentation": list(augmentation.values()),
        }
    )
    return DataSet.of(manifest, "mine", "My | shapes", "folder", "")


@pytest.fixture
def model(init, tmp_path):
    """The file of a model, as a training writes it."""
    architecture = {
        "type": "inr2vec", "hidden": [4], "embedding": 4, "decoder_hidden": 4,
        "decoder_frequencies": 2, "field": "udf", "init": init.id,
        "siren": {"width": SIREN.width, "depth": SIREN.depth},
    }  # fmt: skip
    arrays, first_steps = init.beside_a_model()
    entries = {"fit": FIT, "queries": QUERIES, "shapes": SHAPES}
    path = tmp_path / "trained.safetensors"
    save_model(
        build_inr2vec(architecture), architecture, path, arrays, first_steps=first_steps,
        best_epoch=7, best_chamfer=0.00123, **{k: json.dumps(v) for k, v in entries.items()},
    )  # fmt: skip
    return path
