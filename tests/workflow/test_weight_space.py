"""INRs as weights and along their fits, on top of the finished run."""

import json

import h5py
import numpy as np
import pandas as pd
import pytest
import torch

from inr2vec_core.inrs.siren import evaluate
from inr2vec_core.inrs.siren_config import SirenConfig

LAID_OVER = ("--configfile", "weight_space.yaml", "--")
NAMES = (
    "table5", "table8", "shared_start", "repeatability", "connectivity", "inr_size", "losses",
)  # fmt: skip
TABLES = [f"results/tables/{name}.csv" for name in NAMES]
STARTS = {"small": "random", "own": "random_each", "matched": "random_each, matched"}


@pytest.fixture(scope="module")
def made(run_on_top):
    return run_on_top("weight_space.yaml")


@pytest.fixture(scope="module")
def results(made):
    return made[0].path / "results"


def table(results, name):
    return pd.read_csv(results / f"tables/{name}.csv")


def test_parameters_are_those_of_the_papers_sizes(results):
    counts = table(results, "table5").set_index(["width", "depth", "method"])
    assert counts.loc[(512, 4, "inr2vec"), "parameters"] == 3_155_968
    assert counts.loc[(512, 4, "inr2vec"), "paper"] == 3e6
    assert counts.loc[(1024, 16, "mlp"), "paper"] == 16e9
    assert len(counts) == 8 * 4
    text = (results / "tables/table5.md").read_text()
    assert "| 512 | 4 | 790,529 (800K) | 809,502,720 (800M) | 3,155,968 (3M) | 3,155,968 |" in text


@pytest.mark.parametrize("name, inrs, methods", [
    ("table8", ["small"], ["inr2vec", "all_layers"]),
    ("shared_start", list(STARTS), ["weights_probe", "inr2vec"]),
])  # fmt: skip
def test_encoders_are_compared_by_decoded_shapes_and_scores(results, name, inrs, methods):
    found = table(results, name).set_index(["inr", "method", "metric"]).sort_index()
    for inr in inrs:
        assert set(found.loc[inr, "init"]) == {STARTS[inr]}
        for method in methods:
            # Of shapes without a surface there is no distance.
            metrics = set(found.loc[inr, method].index) - {"CD x1000"}
            scores = {"accuracy"}
            if method != "weights_probe":
                scores |= {"F-score", "found", "hit@1", "mAP@10"}
            assert metrics == scores
    assert found["mean"].between(0, 100).all()


def test_matched_inrs_have_the_functions_of_those_they_are_of(results):
    flats = []
    for inr in ("own", "matched"):
        with h5py.File(results / f"demo/inrs/{inr}/1.h5") as file:
            ids, weights = file["shape_id"].asstr()[:].tolist(), file["weights"][:]
            sizes = json.loads(file.attrs["siren"])
            assert file.attrs["init"] in ("each its own", b"each its own")
        flats.append((ids, torch.from_numpy(weights)))
    (ids, own), (same, matched) = flats
    assert ids == same
    assert not torch.allclose(own, matched, atol=0.1)
    coords = (2 * torch.rand(30, 3) - 1).expand(len(own), -1, -1)
    siren = SirenConfig(sizes["width"], sizes["depth"])
    torch.testing.assert_close(
        evaluate(own, coords, siren), evaluate(matched, coords, siren), rtol=1e-3, atol=1e-3
    )


def test_a_shared_start_leaves_units_in_place_and_another_does_not(results):
    found = table(results, "connectivity").set_index(["inr", "kind", "metric"])
    for kind in ("same shape", "other shapes"):
        assert found.loc[("small", kind, "in place"), "mean"] == 100
        assert found.loc[("own", kind, "in place"), "mean"] < 50
    of_loss = {"loss at the ends", "highest loss", "highest loss, matched", "in place"}
    assert set(found.loc["own", "same shape"].index) == of_loss
    assert set(found["n"]) == {2}


def test_fits_of_a_shape_differ_and_are_compared(results):
    with h5py.File(results / "demo/refits/small.h5") as file:
        ids, weights = file["shape_id"].asstr()[:], file["weights"][:]
        assert file["fit"][:].tolist() == [0, 1, 2] * 2
    assert len(set(ids)) == 2 and all(name.startswith("chair/test/") for name in ids)
    assert len(np.unique(weights, axis=0)) == 6
    found = table(results, "repeatability").set_index("inr")
    assert found.loc["small", ["init", "shapes", "n"]].tolist() == ["random", 2, 6]
    assert (found[["within", "between"]] > 0).all(axis=None)
    distances = table(results, "repeatability_distances")
    assert len(distances) == 2 * 6 * 6
    assert (distances[distances["fit"] == distances["other"]]["distance"] == 0).all()


@pytest.mark.parametrize("name, inrs", [
    ("inr_size", {"small", "few"}), ("losses", {"small", "squared"})])  # fmt: skip
def test_fits_are_followed_along_their_steps(results, name, inrs):
    found = table(results, name)
    assert set(found["inr"]) == inrs and set(found["steps"]) == {4, 8}
    losses = found[found["metric"] == "fit loss"]
    assert (losses["mean"] > 0).all() and (losses["n"].isin([1, 2])).all()
    seconds = found.groupby(["dataset", "inr", "steps"])["seconds"].first().unstack()
    assert (seconds[8] > seconds[4]).all()


def test_every_figure_is_drawn(results):
    names = ["repeatability", "connectivity", "demo/small/encoders"]
    names += [f"{name}{ending}" for name in ("inr_size", "losses") for ending in ("", "_shapes")]
    for name in names:
        assert (results / f"figures/{name}.png").stat().st_size > 5000


def test_nothing_is_left_to_do_and_edits_rerun_what_they_touch(made):
    workflow, _ = made
    assert not workflow.planned(*LAID_OVER, "tables", "figures")

    def planned(old, new):
        return workflow.planned_with("weight_space.yaml", old, new, *LAID_OVER, *TABLES)

    repeated = {"refit_inrs", "evaluate_repeatability", "table_repeatability"}
    lines = {"evaluate_connectivity", "table_connectivity"}
    assert planned("fits: 3", "fits: 4") == repeated | lines
    assert planned("queries: 50", "queries: 60") == lines
    assert planned("steps: [4, 8]", "steps: [4, 6]") == {"evaluate_stages", "inr_size", "losses"}
    assert planned("    - {type: all_layers}\n", "") == {"table5"}
    trained = {"train_encoder", "embed_inrs", "classify_embeddings", "evaluate_retrieval",
               "evaluate_reconstruction"}  # fmt: skip
    assert planned("epochs: 1\n", "epochs: 2\n") == trained | {"table8"}
    workflow.append("inr2vec_core/ops/weight_matching.py", "EDITED = True")
    jobs = workflow.jobs(*LAID_OVER, *TABLES)
    assert {w["inr"] for rule, w in jobs if rule in trained} == {"matched"}
    assert {rule for rule, _ in jobs} == trained | lines | {
        "match_inrs", "probe_weights", "shared_start"}  # fmt: skip
