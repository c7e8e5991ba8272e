"""Shared networks on top of the finished run: every table and figure takes their codes."""

import shutil

import pandas as pd
import pytest
from conftest import HERE
from safetensors.numpy import load_file

LAID_OVER = ("--configfile", "shared_networks.yaml", "--")
NETWORKS = ("occupancy_networks", "deepsdf", "latent_modulated_siren")
TRAINED = "results/demo/shared_networks/deepsdf"
TABLES = ("results/tables/table4.csv", "results/tables/table9.csv")
FOLLOWING = {"infer_codes", "evaluate_reconstruction", "table4", "plot_shared_networks"}


@pytest.fixture(scope="module")
def compared(run_on_top):
    return run_on_top("shared_networks.yaml")[0]


def test_table4_has_every_network_beside_individual_inrs(compared):
    table = pd.read_csv(compared.path / TABLES[0]).fillna({"split": "costs"})
    rows = table.set_index(["dataset", "method", "split", "metric"]).sort_index()
    costs = {"parameters", "training (core-min)", "all shapes (core-min)", "new shape (core-s)"}
    for method in ("upper_bound", "inr", *NETWORKS):
        for split in ("train", "test"):
            found = rows.loc[("Demo", method, split)]
            assert {"F-score", "found"} <= set(found.index)  # no distance without a surface
            assert found.loc["found", "n"] == 2
    for method in ("inr", *NETWORKS):
        found = rows.loc[("Demo", method, "costs"), "mean"]
        assert set(found.index) == costs
        assert (found > 0).all()
    assert set(rows.loc["solids"].index.unique("method")) == {"upper_bound", "inr", "deepsdf"}
    assert ("grids", "occupancy_networks", "test", "found") in rows.index
    assert "| Demo | shared | deepsdf |" in compared.read("results/tables/table4.md").decode()


def test_table9_scores_codes_as_it_does_embeddings(compared):
    table = pd.read_csv(compared.path / TABLES[1]).set_index(["method", "metric"])
    for method in ("inr2vec", *NETWORKS):
        assert table.loc[(method, "accuracy"), "seeds"] == 2
        for metric in ("accuracy", "hit@1", "mAP@10"):
            assert 0 <= table.loc[(method, metric), "mean"] <= 100
    assert (table.loc["deepsdf", "inr"] == "shared").all()


def test_other_tables_and_figures_take_codes_with_no_rule_of_their_own(compared):
    made = [
        "results/figures/demo/few/shared_networks.png",
        "results/figures/demo/shared/deepsdf/tsne.png",
        "results/figures/demo/shared/deepsdf/interpolated.png",
        "results/figures/demo/shared/deepsdf/curves.png",
        "results/figures/grids/shared/occupancy_networks/decoded.png",
        "results/tables/generation.csv",
        "results/tables/completion.csv",
    ]
    assert not [file for file in made if not (compared.path / file).is_file()]
    generated = pd.read_csv(compared.path / "results/tables/generation.csv")
    assert set(generated["inr"]) == {"shared"}
    export = "results/exports/demo/shared/deepsdf/40/chair/test/000000.npy"
    assert compared.planned(*LAID_OVER, export) == {"export_shape": 1}


def test_codes_are_those_of_all_shapes(compared):
    codes = pd.read_parquet(compared.path / "results/demo/embeddings/shared/deepsdf.parquet")
    shapes = pd.read_parquet(compared.path / "results/demo/shapes.parquet")
    assert codes["shape_id"].tolist() == sorted(shapes["shape_id"])
    assert set(codes["embedding"].map(len)) == {6}
    trained = load_file(compared.path / TRAINED / "model.safetensors")["decoder.codes.weight"]
    kept = codes.loc[codes["split"] == "train", "embedding"].tolist()
    assert [list(code) for code in kept] == trained.tolist()


def test_an_edit_of_one_network_reruns_it_alone(compared):
    assert not compared.planned(*LAID_OVER, *TABLES)
    file = "inr2vec_core/shared_networks/latent_modulated_siren.py"
    text = (compared.path / file).read_text()
    compared.append(file, "EDITED = True")
    jobs = compared.jobs(*LAID_OVER, "tables", "figures")
    (compared.path / file).write_text(text)
    rules = {rule for rule, _ in jobs}
    assert rules == {
        "train_shared_network", "classify_embeddings", "evaluate_retrieval", "table9", *FOLLOWING,
    }  # fmt: skip
    named = {w[key] for _, w in jobs for key in ("encoder", "method") if key in w}
    assert named == {"latent_modulated_siren"}


@pytest.mark.parametrize("old, new, network", [
    ("test_steps: 4", "test_steps: 5", "deepsdf"),
    ("{hidden: 8, layers: 3}", "{hidden: 8, layers: 4}", "latent_modulated_siren"),
])  # fmt: skip
def test_a_key_of_one_entry_reruns_it_alone(compared, old, new, network):
    text = (compared.path / "shared_networks.yaml").read_text()
    compared.edit("shared_networks.yaml", old, new)
    jobs = compared.jobs(*LAID_OVER, *TABLES)
    (compared.path / "shared_networks.yaml").write_text(text)
    named = {w[key] for _, w in jobs for key in ("encoder", "method") if key in w}
    assert named == {network}
    assert "fit_inrs" not in {rule for rule, _ in jobs}


def test_training_goes_on_where_it_was_killed(finished):
    finished.edit(
        "inr2vec_core/training/trainer.py", "CHECKPOINT_EVERY = 20.0", "CHECKPOINT_EVERY = 0.0"
    )
    shutil.copy(HERE / "shared_networks.yaml", finished.path)
    target = f"{TRAINED}/model.safetensors"
    finished.run(*LAID_OVER, target)
    expected = load_file(finished.path / target)
    shutil.rmtree(finished.path / TRAINED)
    second_checkpoint = r"train_shared_network pathlib.Path.glob deepsdf\.pt 2"
    snakemake, job = finished.start(*LAID_OVER, target, stop_at=second_checkpoint)
    job.kill()
    snakemake.wait()
    assert (finished.path / "results/checkpoints/demo/shared/deepsdf.pt").is_file()

    finished.run(*LAID_OVER, target)
    log = finished.read("results/logs/demo/shared_networks/deepsdf.log").decode()
    assert "resuming after epoch 1" in log
    found = load_file(finished.path / target)
    assert all((found[name] == expected[name]).all() for name in expected)
    assert not finished.temporaries()
