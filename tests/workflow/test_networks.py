"""The specialized networks, auto-encoders and inference times, on top of the finished run."""

import pandas as pd
import pytest

LAID_OVER = ("--configfile", "networks.yaml", "--")
TABLES = [f"results/tables/table{n}.csv" for n in (1, 2, 6, 10)]


@pytest.fixture(scope="module")
def compared(run_on_top):
    """The finished run with tables 1, 2, 6 and 10 and their figures, and what was said."""
    return run_on_top("networks.yaml")


def rows(compared, number):
    return pd.read_csv(compared[0].path / f"results/tables/table{number}.csv")


def test_table1_has_both_rates_of_encoder_and_autoencoder(compared):
    table = rows(compared, 1)
    assert set(table["method"]) == {"inr2vec", "pointnet2_ae"}
    assert set(table["metric"]) == {f"{m}@{k}" for m in ("hit", "mAP") for k in (1, 5, 10)}
    wide = table.pivot(index="method", columns="metric", values="mean")
    assert (wide["hit@1"] == wide["mAP@1"]).all()
    assert (table["n"] == 6).all()
    assert (table["augmentation"] == "none").all()  # no copies; `augment: false`


@pytest.mark.parametrize("number", [2, 6])
def test_networks_stand_in_both_tables_with_seeds_and_epochs(compared, number):
    table = rows(compared, number)
    table = table[table["metric"] == "accuracy"].set_index("method")
    assert {"pointnet", "dgcnn", "meshwalker", "conv3dnet", "inr2vec"} < set(table.index)
    assert table.loc["pointnet", ["seeds", "n", "epochs"]].tolist() == [2, 6, 2]
    assert table.loc["dgcnn", "seeds"] == 1
    assert pd.isna(table.loc["inr2vec", "epochs"])
    assert table["converged"].isna().all()  # two epochs tell nothing
    names = ["pointnet", "meshwalker", "dgcnn", "inr2vec"]
    assert table.loc[names, "augmentation"].tolist() == ["online", "online", "none", "none"]
    assert dict(table["modality"].loc[["meshwalker", "conv3dnet"]]) == {
        "meshwalker": "mesh", "conv3dnet": "voxels"}  # fmt: skip


def test_a_shape_without_surface_counts_as_wrong(compared):
    workflow, said = compared
    folder = workflow.path / "results/solids/classification/small/meshwalker/inr/seed0"
    predictions = pd.read_parquet(folder / "predictions.parquet")
    # Eight steps of fitting leave no mesh to classify.
    assert set(predictions["predicted"]) == {"(no shape)"}
    assert (predictions["confidence"] == 0).all()
    table = rows(compared, 2).set_index("method")
    assert table.loc["meshwalker", "mean"] == 0
    assert "chair/test/000000: all of the cube is outside" in said


def test_one_training_serves_originals_and_reconstructed_shapes(compared):
    workflow, _ = compared
    files = sorted((workflow.path / "results/demo/baselines").rglob("model.safetensors"))
    assert [f"{path.parts[-3]}/{path.parts[-2]}" for path in files] == [
        "dgcnn/seed0", "pointnet/seed0", "pointnet/seed1"]  # fmt: skip


def test_table10_times_every_size(compared):
    table = rows(compared, 10)
    assert set(zip(table["method"], table["n_points"], strict=True)) == {
        (method, points) for method in ("inr2vec", "pointnet") for points in (64, 80)
    }
    assert (table["seconds"] > 0).all()
    assert table["device"].str.contains("thread").all()


def test_figures_of_the_comparison_are_drawn(compared):
    figures = compared[0].path / "results/figures"
    for name in ("demo/small/inr2vec/retrieved.png", "demo/small/pointnet2_ae/retrieved.png",
                 "demo/baselines.png", "solids/baselines.png", "balls/baselines.png",
                 "demo/small/times.png"):  # fmt: skip
        assert (figures / name).stat().st_size > 5000


def test_nothing_is_left_to_do_and_edits_rerun_what_they_touch(compared):
    workflow, _ = compared
    assert not workflow.planned(*LAID_OVER, "tables", "figures")

    def planned(old, new):
        return workflow.planned_with("networks.yaml", old, new, *LAID_OVER, *TABLES)

    scores = {"evaluate_baseline", "table2", "table6"}
    assert planned("neighbors: 5", "neighbors: 6") == {"train_baseline", *scores}
    assert planned("augment: false}\n  meshwalker", "augment: true}\n  meshwalker") == {
        "train_baseline", *scores}  # fmt: skip
    assert planned("seeds: [0, 1]}", "seeds: [0]}") == {"table2", "table6"}
    assert planned("embedding: 8", "embedding: 9") == {
        "train_autoencoder", "embed_clouds", "evaluate_retrieval", "table1"}  # fmt: skip
    assert planned("runs: 1", "runs: 2") == {"benchmark_inference", "table10"}
    assert planned("methods: [inr2vec, pointnet, dgcnn,", "methods: [inr2vec, pointnet,") == {
        "table2", "table6"}  # fmt: skip


def test_a_network_of_another_form_is_refused(compared):
    workflow, _ = compared
    text = (workflow.path / "networks.yaml").read_text()
    workflow.edit("networks.yaml", "methods: [conv3dnet]", "methods: [pointnet]")
    said = workflow.run("--dry-run", *LAID_OVER, TABLES[1], check=False).stdout
    (workflow.path / "networks.yaml").write_text(text)
    assert "tables.table2.2: pointnet reads shapes of field udf, those of balls are occ" in said
