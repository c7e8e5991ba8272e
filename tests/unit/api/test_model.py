"""Models that are trained on INRs in memory: what they embed and decode, and their files."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import yaml

from inr2vec_core.api.fit import fit_inrs
from inr2vec_core.api.inits import SHIPPED
from inr2vec_core.api.model import load_model
from inr2vec_core.api.recipe import FitRecipe
from inr2vec_core.api.train import train_inr2vec
from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.io.checkpoints import save_array
from workflow_scripts.encoders import train_encoder as train_script

ROOT = Path(__file__).parents[3]
SMALL = {"hidden": (8,), "embedding": 8, "decoder_hidden": 8, "decoder_frequencies": 2,
         "epochs": 1, "batch": 2, "queries": 16}  # fmt: skip


@pytest.fixture
def model(box_inrs):
    return train_inr2vec(box_inrs, **SMALL)


def test_embeddings_and_files(model, box_inrs, grids, tmp_path):
    z = model.embed(box_inrs)
    assert z.shape == (5, 8)
    assert torch.isfinite(z).all()
    assert torch.allclose(model.embed(box_inrs[3]), z[3:4], atol=1e-6)
    assert model.embed(box_inrs[:0]).shape == (0, 8)
    assert [row["epoch"] for row in model.history] == [1]

    model.save(tmp_path / "model.safetensors")
    for path in (tmp_path, tmp_path / "model.safetensors", str(tmp_path)):
        read = load_model(path, "cpu")
        assert torch.equal(read.embed(box_inrs), z)
    assert read.recipe == model.recipe
    # The file alone is enough for new shapes.
    fitted = read.fit(grids, names=list("abcde"))
    assert torch.allclose(read.embed(fitted), z, atol=1e-4)
    with pytest.raises(InputError, match=r"name it \.safetensors"):
        model.save(tmp_path / "model.pt")


def test_half_of_the_space_and_nearly_the_same_embeddings(box_inrs, tmp_path):
    model = train_inr2vec(box_inrs, **SMALL | {"hidden": (64,)})
    model.save(tmp_path / "whole.safetensors")
    model.save(tmp_path / "half.safetensors", half=True)
    whole, half = (tmp_path / f"{name}.safetensors" for name in ("whole", "half"))
    assert half.stat().st_size < 0.7 * whole.stat().st_size
    z, read = model.embed(box_inrs), load_model(half, "cpu")
    assert {p.dtype for p in read.network.state_dict().values()} <= {torch.float32, torch.int64}
    assert not torch.equal(read.embed(box_inrs), z)
    assert torch.allclose(read.embed(box_inrs), z, atol=5e-3 * float(z.abs().max()))
    assert read.init.id == model.init.id and read.recipe == model.recipe


def test_models_of_the_hub(model, box_inrs, tmp_path, monkeypatch):
    model.save(tmp_path / "cache/model.safetensors")
    monkeypatch.chdir(tmp_path)
    hub = SimpleNamespace(
        hf_hub_download=lambda name, revision, filename: f"cache/{filename}"
        if (name, revision) == ("me/voxels", "v1") else None
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    read = load_model("me/voxels@v1", "cpu")
    assert torch.equal(read.embed(box_inrs), model.embed(box_inrs))
    with pytest.raises(InputError, match="me/others is no file or folder here, and could not"):
        load_model("me/others")
    (tmp_path / "me/voxels@v1").mkdir(parents=True)  # what is here goes first
    with pytest.raises(InputError, match=r"me/voxels@v1/model.safetensors is missing"):
        load_model("me/voxels@v1")


def test_training_is_the_same_again(model, box_inrs):
    torch.manual_seed(5)
    state = torch.get_rng_state()
    again = train_inr2vec(box_inrs, **SMALL)
    assert torch.equal(torch.get_rng_state(), state)  # the caller's stream is left alone
    assert torch.equal(again.embed(box_inrs), model.embed(box_inrs))
    other = train_inr2vec(box_inrs, **SMALL, seed=1)
    assert not torch.equal(other.embed(box_inrs), model.embed(box_inrs))


def test_decoded_shapes(model, box_inrs):
    z = model.embed(box_inrs)[0]
    model.network.shift = 10.0  # every voxel is occupied
    grid = model.decode(z)
    assert grid.shape == (8, 8, 8)
    assert grid.all()
    assert model.decode(z.numpy(), resolution=4).shape == (4, 4, 4)
    model.network.shift = -10.0
    with pytest.raises(BadShape):
        model.decode(z)


@pytest.mark.parametrize(
    ("z", "why"),
    [(torch.ones(5, 8), r"not \(5, 8\): give a row"), (np.ones(7), r"\(8,\), not \(7,\)"),
     (torch.full((8,), torch.nan), "not finite")],
)  # fmt: skip
def test_wrong_embeddings(model, z, why):
    with pytest.raises(InputError, match=why):
        model.decode(z)


def test_inrs_of_another_kind_are_refused(model, box_inrs, clouds, init, recipe, grids):
    with pytest.raises(InputError, match="trained on occ INRs"):
        model.embed(fit_inrs(clouds, init=init, recipe=recipe("udf")))
    with pytest.raises(InputError, match="trained on occ INRs of SirenConfig"):
        model.embed(fit_inrs(grids[:1], SirenConfig(8, 2), init="random", steps=1))
    other = replace(init, weights=init.weights + 1)
    with pytest.raises(InputError, match="start from other weights"):
        model.embed(fit_inrs(grids[:1], init=other, recipe=recipe("occ")))
    with pytest.raises(InputError, match="takes Inrs"):
        model.embed(box_inrs.weights)
    bad = replace(box_inrs, weights=box_inrs.weights.clone())
    bad.weights[1, 0] = torch.inf
    with pytest.raises(InputError, match="the INR of b"):
        model.embed(bad)


@pytest.mark.parametrize("field", ["udf", "sdf", "other"])
def test_a_model_that_does_not_ship(field):
    if (SHIPPED / field / "model.safetensors").exists():
        pytest.skip("it ships")
    with pytest.raises(InputError, match=f"no model builtin:{field} ships with the package"):
        load_model(f"builtin:{field}")


def test_files_that_are_no_models(tmp_path):
    with pytest.raises(InputError, match=r"model\.safetensors is missing"):
        load_model(tmp_path)
    with pytest.raises(InputError, match="missing"):
        load_model("no/such/file.safetensors")
    (tmp_path / "model.safetensors").write_text("no model")
    with pytest.raises(InputError, match=r"model\.safetensors"):
        load_model(tmp_path)
    with pytest.raises(InputError, match="init_64x4"):
        load_model(SHIPPED / "udf/init_64x4.safetensors")


def test_too_little_to_train_on(box_inrs):
    with pytest.raises(InputError, match="at least 3"):
        train_inr2vec(box_inrs[:2], **SMALL)
    with pytest.raises(InputError, match="no shapes"):
        train_inr2vec(replace(box_inrs, shapes=None), **SMALL)
    with pytest.raises(InputError, match="no encoder 'other'"):
        train_inr2vec(box_inrs, encoder="other", **SMALL)


@pytest.mark.parametrize("known", [True, False])
def test_a_model_that_does_not_say_how_its_shapes_were_prepared(
    known, model, tmp_path, monkeypatch, caplog
):
    if not known:
        fit = {"fit": model.recipe.entries()["fit"]}
        monkeypatch.setattr(FitRecipe, "entries", lambda recipe: fit)
    model.save(tmp_path / "model.safetensors")
    load_model(tmp_path)
    assert ("does not say how its shapes were prepared" in caplog.text) != known


def test_a_new_model_cannot_be_used_without_its_init(model, grids, tmp_path):
    bare = replace(model, init=None)
    bare.save(tmp_path / "model.safetensors")
    with pytest.raises(InputError, match="carries no init"):
        load_model(tmp_path).fit(grids)


def test_the_recipe_of_a_model_of_the_workflow():
    """What train_encoder writes into the header is read as the rules' config means it."""
    entries = {
        "fit": '{"width": 16, "steps": 7, "queries": 9, "lr": 0.1, "loss": "mse", "batch": null,'
        ' "precision": "float32", "storage": "float16", "init": "random", "copies": true}',
        "queries": '{"per_shape": 300, "sigmas": [0.0, 0.2], "shares": [1, 2], "uniform": 3,'
        ' "near": 0.0}',
        "shapes": '{"points": 50, "voxels": {"resolution": 9, "solid": true},'
        ' "open_meshes": "reject", "side": "complete", "frame": "mesh"}',
    }
    recipe = FitRecipe.read("sdf", entries)
    assert recipe.shapes == ShapeSettings("sdf", 50, 9, True, "reject", frame="mesh", fill=True)
    assert recipe.sampling == QuerySampling((0.0, 0.2), (1, 2), 3)
    assert recipe.queries_per_shape == 300
    assert (recipe.steps, recipe.queries, recipe.lr, recipe.loss) == (7, 9, 0.1, "mse")
    assert FitRecipe.read("sdf", recipe.entries()) == recipe


@pytest.mark.parametrize("name", ["clouds", "meshes", "voxels"])
def test_the_default_recipe_is_the_demos(name):
    dataset = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))["datasets"][f"demo_{name}"]
    recipe = FitRecipe.default(dataset["field"])
    assert recipe.sampling == QuerySampling.from_config(dataset["queries"])
    assert recipe.shapes.points == dataset["points"]
    assert recipe.shapes.resolution == dataset.get("voxels", {}).get("resolution", 32)
    assert recipe.queries_per_shape == dataset["queries"].get("per_shape", 20_000)


def test_models_of_the_workflow_say_all_that_new_shapes_need(box_inrs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    inrs = replace(box_inrs, splits=["train", "train", "val", "train", "val"])
    inrs.save("inrs.h5")
    save_array("init.safetensors", inrs.init.weights, siren=json.dumps(inrs.siren.describe()))
    recipe = inrs.recipe.entries()
    params = {
        "settings": {
            "type": "inr2vec", "hidden": [8], "embedding": 8, "decoder_hidden": 8,
            "decoder_frequencies": 2, "epochs": 1, "batch": 2, "queries": 16, "lr": 1e-3,
            "precision": "float32", "validation_shapes": 1, "validation_resolution": 8,
        },
        "described": ["type", "hidden", "embedding", "decoder_hidden", "decoder_frequencies"],
        "queries": json.loads(recipe["queries"]), "shapes": json.loads(recipe["shapes"]),
        "seed": 0, "code": "",
    }  # fmt: skip
    train_script.main(SimpleNamespace(
        rule="test", threads=1, resources={}, params=_Params(params),
        wildcards=SimpleNamespace(dataset="d", inr="i", encoder="e"),
        input=SimpleNamespace(inrs=["inrs.h5"], shapes=["inrs.h5"], init=["init.safetensors"],
                              start=[]),
        output=SimpleNamespace(model="model.safetensors", history="history.parquet"),
    ))  # fmt: skip
    model = load_model(tmp_path, "cpu")
    assert model.recipe == inrs.recipe
    assert model.init.id == inrs.init_id
    assert model.embed(inrs).shape == (5, 8)


class _Params(SimpleNamespace):
    """Parameters as Snakemake has them: attributes that can be listed."""

    def __init__(self, values):
        super().__init__(**values)

    def items(self):
        return vars(self).items()
