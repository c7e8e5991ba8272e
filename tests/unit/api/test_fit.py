"""INRs of shapes in memory: the workflow's own, and errors of one line."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from inr2vec_core.api.fit import fit_inrs
from inr2vec_core.api.inrs import Inrs
from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.io.checkpoints import save_array
from workflow_scripts.inrs import fit_inrs as fit_script
from workflow_scripts.shapes import prepare_shapes as prepare_script

TETRAHEDRON = (
    np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]]),
    np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]]),
)


def job(**more):
    """What Snakemake hands to a script."""
    return SimpleNamespace(rule="test", threads=1, resources={}, **more)


def test_weights_are_those_of_the_workflow(tmp_path, monkeypatch, rng, init, recipe):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    (tmp_path / "data").mkdir()
    cloud = rng.standard_normal((100, 3)) * 7
    np.save(tmp_path / "data/cloud.npy", cloud)
    ours = recipe("udf", steps=3, queries=16)
    dataset = {"reader": "folder", "root": str(tmp_path / "data"), "seed": 4}
    voxels = {"resolution": 8, "solid": False}
    settings = {
        "field": "udf", "points": 64, "voxels": voxels, "open_meshes": "winding",
        "side": "complete", "frame": "own",
    }  # fmt: skip
    prepare_script.main(job(
        params=SimpleNamespace(dataset=dataset, settings=settings, code=""),
        wildcards=SimpleNamespace(shard="0"),
        output=[tmp_path / "shapes.h5", tmp_path / "rejected.csv"],
    ))  # fmt: skip
    init_file = tmp_path / "init.safetensors"
    save_array(init_file, init.weights, siren='{"width": 16, "depth": 2}')
    queries = {"per_shape": 256, "sigmas": [0.0, 0.003, 0.01, 0.1],
               "shares": [40, 40, 60, 60], "uniform": 40}  # fmt: skip
    entry = {"width": 16, "depth": 2, "init": "random", "steps": 3, "queries": 16, "lr": 3e-4,
             "loss": "bce", "storage": "float32", "precision": "float32", "batch": None,
             "copies": True}  # fmt: skip
    fit_script.main(job(
        params=SimpleNamespace(
            settings=entry, dataset={"queries": queries, "field": "udf", "voxels": voxels},
            seed=4, code="",
        ),
        input=SimpleNamespace(shapes=tmp_path / "shapes.h5", init=init_file),
        output=[tmp_path / "inrs.h5"],
    ))  # fmt: skip
    theirs = Inrs.load(tmp_path / "inrs.h5", tmp_path / "shapes.h5")
    assert theirs.names == ["cloud"]

    ours = recipe("udf", steps=3, queries=16, precision="float32")
    made = fit_inrs([cloud], init=init_file, recipe=ours, names=["cloud"], seed=4, device="cpu")
    assert torch.equal(made.weights, theirs.weights)
    assert (made.losses == theirs.losses).all()
    assert (made.shapes[0].points == theirs.shapes[0].points).all()
    assert made.init_id == theirs.init_id == init.id
    other = fit_inrs([cloud], init=init_file, recipe=ours, names=["cloud"], seed=5, device="cpu")
    assert not torch.equal(made.weights, other.weights)


def test_an_inr_depends_on_its_shape_and_name_alone(clouds, init, recipe):
    kwargs = {"init": init, "recipe": recipe("udf")}
    every = fit_inrs(clouds, names=["a", "b", "c"], **kwargs)
    alone = fit_inrs([clouds[2]], names=["c"], **kwargs)
    assert torch.allclose(every.weights[2], alone.weights[0], atol=1e-6)
    moved = fit_inrs([clouds[2] * 3 + 10], names=["c"], **kwargs)  # centered and scaled
    assert torch.allclose(moved.weights, alone.weights, atol=1e-4)


@pytest.mark.parametrize("field", ["udf", "sdf", "occ"])
def test_meshes_have_every_field(field, init, recipe):
    inrs = fit_inrs([TETRAHEDRON], init=init, recipe=recipe(field))
    assert inrs.field == field
    assert inrs.weights.shape == (1, init.siren.n_parameters)
    assert np.isfinite(inrs.losses).all()


def test_shipped_inits_are_of_every_field(clouds, grids):
    for shapes, field in (([clouds[0]], "udf"), ([TETRAHEDRON], "sdf"), (grids[:1], "occ")):
        inrs = fit_inrs(shapes)
        assert (inrs.field, inrs.siren, inrs.init.sgd_steps) == (field, SirenConfig(64, 4), 5)
        assert inrs.losses[0] < 0.7


def test_random_weights_take_steps_of_adam(clouds, recipe):
    inrs = fit_inrs(clouds[:1], SirenConfig(8, 2), init="random", steps=2)
    assert inrs.recipe.steps == 2
    assert inrs.init.rates is None
    same = fit_inrs(clouds[:1], SirenConfig(8, 2), init="random", steps=2)
    assert inrs.init_id == same.init_id
    assert inrs.init_id != fit_inrs(clouds[:1], SirenConfig(8, 2), init="random", steps=2,
                                    seed=1).init_id  # fmt: skip


def test_a_cloud_of_fewer_points_is_filled_up(rng, init, recipe):
    inrs = fit_inrs([rng.standard_normal((20, 3))], init=init, recipe=recipe("udf"))
    assert inrs.shapes[0].points.shape == (64, 3)
    assert len(np.unique(inrs.shapes[0].points, axis=0)) == 20


def test_a_larger_grid_raises_the_resolution(init):
    grid = np.zeros((40, 4, 4), bool)
    grid[3:30] = True
    assert len(fit_inrs([grid], init=init).shapes[0].grid) == 40


def test_bad_shapes_stop_or_are_left_out(clouds, init, recipe, caplog):
    shapes = [clouds[0], np.full((5, 3), np.nan), clouds[1], np.ones((9, 3))]
    kwargs = {"init": init, "recipe": recipe("udf"), "names": ["a", "b", "c", "d"]}
    with pytest.raises(InputError, match=r"shape b: 5 of 5 points have NaN.*\(and 1 more\)"):
        fit_inrs(shapes, **kwargs)
    inrs = fit_inrs(shapes, on_bad_shape="reject", **kwargs)
    assert inrs.names == ["a", "c"]
    assert "shape d: its 9 points all coincide" in caplog.text
    with pytest.raises(InputError, match="shape b"):
        fit_inrs(shapes[1:2], **kwargs | {"names": ["b"]}, on_bad_shape="reject")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"shapes": []}, "no shapes"),
        ({"shapes": np.ones((5, 3))}, "give a list"),
        ({"shapes": "chair.obj"}, "give a list"),
        ({"shapes": [np.ones((4, 2))]}, "shape 0: .*not numbers"),
        ({"shapes": [np.eye(3), np.ones((2, 2, 2), bool)]}, "several forms .*give the field"),
        ({"names": ["a", "b"]}, "2 values for 1 shapes"),
        ({"names": [1]}, "a text for each"),
        ({"splits": ["training"]}, "no split 'training'"),
        ({"shapes": [np.eye(3)] * 2, "names": ["a", "a"]}, "named 'a'"),
        ({"field": "sdf"}, "is a point cloud, which has no inside"),
        ({"field": "distance"}, "no field 'distance'"),
        ({"init": "missing.safetensors"}, "missing"),
        ({"init": "learned", "siren": SirenConfig(32, 4)}, r"of 32x4.*\(64x4 does"),
        ({"init": "learned", "siren": SirenConfig(64, 4, 20.0)}, "omega 20"),
        ({"siren": SirenConfig(8, 2)}, "width 16 and depth 2, these are of 8 and 2"),
        ({"init": "random", "steps": 0}, "set steps to at least 1"),
        ({"steps": -1}, "whole number"),
        ({"on_bad_shape": "skip"}, "fail or reject"),
        ({"device": "abacus"}, "device abacus cannot be used"),
    ],
)
def test_wrong_arguments_get_one_line(arguments, why, init):
    given = {"shapes": [np.eye(3)], "init": init} | arguments
    with pytest.raises((InputError, BadShape), match=why) as caught:
        fit_inrs(given.pop("shapes"), **given)
    assert "\n" not in str(caught.value)
