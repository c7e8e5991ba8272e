"""Sets of INRs: parts of them, files, and the forms that other libraries take."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from inr2vec_core.api.fit import fit_inrs
from inr2vec_core.api.inrs import Inrs
from inr2vec_core.errors import InputError
from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.inrs.siren import evaluate


def same(a, b):
    assert torch.equal(a.weights, b.weights)
    assert (a.losses == b.losses).all()
    for name in ("siren", "recipe", "names", "classes", "splits", "init_id"):
        assert getattr(a, name) == getattr(b, name), name
    assert all((s.to_array() == t.to_array()).all()
               for s, t in zip(a.shapes, b.shapes, strict=True))  # fmt: skip


@pytest.mark.parametrize(
    ("index", "names"),
    [(1, "b"), (-1, "e"), (slice(2), "ab"), ([3, 0], "da"), (np.array([4, 4]), "ee"), ([], "")],
)
def test_parts(box_inrs, index, names):
    some = box_inrs[index]
    assert some.names == list(names)
    assert len(some) == len(some.shapes) == len(some.losses) == len(names)
    for i, name in enumerate(names):
        row = "abcde".index(name)
        assert torch.equal(some.weights[i], box_inrs.weights[row])
        assert some.shapes[i] is box_inrs.shapes[row]


def test_there_are_no_more(box_inrs):
    assert [inr.names[0] for inr in box_inrs] == list("abcde")
    with pytest.raises(IndexError):
        box_inrs[5]


@pytest.mark.parametrize("init_name", ["learned", "random"])
def test_files_keep_all(tmp_path, init, recipe, clouds, init_name):
    start = {"init": init, "recipe": recipe("udf", lr=2e-4)} if init_name == "learned" else {
        "init": "random", "siren": init.siren, "recipe": recipe("udf", steps=1, queries=8)
    }  # fmt: skip
    inrs = fit_inrs(clouds, **start, classes=["x", "y", "x"], splits=["train", "val", "test"])
    inrs.save(tmp_path / "inrs.h5")
    read = Inrs.load(tmp_path / "inrs.h5")
    same(read, inrs)
    assert (read.init.weights == inrs.init.weights).all()
    assert (read.init.rates is None) == (inrs.init.rates is None)
    assert read.init.sgd_steps == inrs.init.sgd_steps
    # From the file's init new shapes are fitted as from the other.
    again = fit_inrs(clouds[:1], init=read.init, recipe=read.recipe)
    assert torch.allclose(again.weights[0], inrs.weights[0], atol=1e-6)


def test_only_shards_are_written(box_inrs, tmp_path):
    with pytest.raises(InputError, match=r"inrs.pkl: .*name it .h5"):
        box_inrs.save(tmp_path / "inrs.pkl")
    with pytest.raises(InputError, match="missing"):
        Inrs.load(tmp_path / "inrs.h5")
    (tmp_path / "inrs.h5").write_text("no shard")
    with pytest.raises(InputError, match=r"inrs.h5"):
        Inrs.load(tmp_path / "inrs.h5")


def test_shapes_of_another_set_are_refused(box_inrs, tmp_path):
    box_inrs.save(tmp_path / "five.h5")
    box_inrs[:2].save(tmp_path / "two.h5")
    same(Inrs.load(tmp_path / "two.h5", tmp_path / "five.h5"), box_inrs[:2])
    with pytest.raises(InputError, match=r"'c', which .*two.h5 has not"):
        Inrs.load(tmp_path / "five.h5", tmp_path / "two.h5")


def test_modules_compute_the_inr(box_inrs):
    points = torch.rand(7, 3) * 2 - 1
    expected = evaluate(box_inrs.weights[1:2], points[None], box_inrs.siren)[0]
    module = box_inrs.module(1)
    assert torch.allclose(module(points), expected, atol=1e-5)
    assert sum(p.numel() for p in module.parameters()) == box_inrs.siren.n_parameters
    state = box_inrs.state_dict(1)
    assert state["layers.0.weight"].shape == (16, 3)
    other = box_inrs.module(0)
    other.load_state_dict(state)
    assert torch.equal(other(points), module(points))
    assert np.allclose(box_inrs.values(1, points), expected.sigmoid(), atol=1e-5)


def test_layouts_of_weight_space_libraries(box_inrs):
    points = torch.rand(7, 3)
    weights, biases = box_inrs.weights_and_biases()
    assert [tuple(w.shape) for w in weights] == [(5, 16, 3), (5, 16, 16), (5, 1, 16)]
    assert [tuple(b.shape) for b in biases] == [(5, 16), (5, 16), (5, 1)]
    x = points
    for k, (w, b) in enumerate(zip(weights, biases, strict=True)):
        x = x @ w[3].T + b[3]
        x = torch.sin(30 * x) if k < 2 else x
    assert torch.allclose(x[:, 0], box_inrs.module(3)(points), atol=1e-5)
    dws, dws_biases = box_inrs.weights_and_biases("dwsnets")
    assert torch.equal(dws[0][..., 0].mT, weights[0])
    assert dws_biases[0].shape == (5, 16, 1)
    nfn, nfn_biases = box_inrs.weights_and_biases("nfn")
    assert torch.equal(nfn[1][:, 0], weights[1])
    assert nfn_biases[1].shape == (5, 1, 16)
    with pytest.raises(ValueError, match="linear, dwsnets, nfn"):
        box_inrs.weights_and_biases("rows")


def test_reconstruction_of_a_box(grids, recipe):
    adam = replace(recipe("occ", steps=300, queries=512, lr=1e-3), sampling=QuerySampling())
    inrs = fit_inrs(grids[2:3], init="random", recipe=adam)
    grid = inrs.reconstruct(0)
    assert grid.dtype == bool
    assert (grid == grids[2]).mean() > 0.95  # 0.88 of the voxels are empty
    assert inrs.reconstruct(0, resolution=12).shape == (12, 12, 12)
    with pytest.raises(InputError, match="1 and 2 at least"):
        inrs.reconstruct(0, resolution=1)
