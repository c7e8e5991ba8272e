"""New shapes, and shapes mapped between embedding spaces, on top of the finished run."""

import pandas as pd
import pytest

LAID_OVER = ("--configfile", "products.yaml", "--")
TABLES = [f"results/tables/{n}.csv" for n in ("generation", "completion", "surface_reconstruction")]


@pytest.fixture(scope="module")
def made(run_on_top):
    """The finished run with the three tables and their figures, and what was said."""
    return run_on_top("products.yaml")


def means(made, number, *rows):
    table = pd.read_csv(made[0].path / TABLES[number])
    return table.pivot(index=list(rows), columns="metric", values="mean"), table


def test_real_shapes_are_more_alike_than_what_two_epochs_generate(made):
    wide, table = means(made, 0, "class", "method")
    assert set(wide.index) == {
        (name, method)
        for name in ("chair", "all")
        for method in ("gan", "gaussian", "training_shapes", "decoded_test")
    }
    real = wide.loc[("chair", "training_shapes")]
    assert real["found"] == 100 and 0 < real["MMD-CD x1000"] < 500 and real["JSD x100"] < 100
    # Nothing has a surface after two epochs, and that is reported, not hidden.
    assert (wide["found"].drop(("chair", "training_shapes")).loc["chair"] == 0).all()
    assert wide.loc[("chair", "gan"), "COV-CD"] == 0
    draws = table[table["class"] == "chair"].groupby("method")["draws"].first()
    assert draws.to_dict() == {"gan": 2, "gaussian": 2, "training_shapes": 2, "decoded_test": 1}
    assert (table["n"] == 2).all()


def test_partial_clouds_are_near_their_complete_ones_in_one_frame(made):
    wide, table = means(made, 1, "class", "method")
    assert (table["frame"] == "shared").all()
    assert set(table["class"]) == {"bottle", "chair", "table", "all"}
    assert 1 < wide.loc[("all", "input"), "CD x1000"] < 150
    assert wide.loc[("all", "transfer"), "found"] == 0
    shapes = pd.read_parquet(made[0].path / "results/partial/shapes.parquet")
    complete = pd.read_parquet(made[0].path / "results/demo/shapes.parquet")
    both = shapes.assign(shape_id=shapes["shape_id"].str[:-3]).merge(complete, on="shape_id")
    assert len(both) == 24 and (both["scale_x"] == both["scale_y"]).all()
    assert (both["split_x"] == both["split_y"]).all()


def test_classical_reconstruction_finds_a_surface(made):
    wide, table = means(made, 2, "class", "method")
    assert wide.loc[("all", "poisson"), "found"] > 0
    assert (table["frame"] == "shared").all()


def test_figures_are_drawn(made):
    figures = made[0].path / "results/figures"
    for name in ("generated", "demo/small/inr2vec/gan/generated", "mappings/complete/mapped",
                 "mappings/surfaces/mapped"):  # fmt: skip
        assert (figures / f"{name}.png").stat().st_size > 5000


def test_nothing_is_left_to_do_and_edits_rerun_what_they_touch(made):
    workflow, _ = made
    assert not workflow.planned(*LAID_OVER, "tables", "figures")

    def planned(old, new, *targets):
        return workflow.planned_with("products.yaml", old, new, *LAID_OVER, *(targets or TABLES))

    assert planned("noise: 8", "noise: 9") == {
        "train_generator", "generate_shapes", "evaluate_generation",
        "table_generation"}  # fmt: skip
    assert planned("emd_points: 16", "emd_points: 17") == {
        "evaluate_generation", "table_generation"}  # fmt: skip
    assert planned("layers: 2", "layers: 3") == {
        "train_transfer", "evaluate_mapping", "completion", "surface_reconstruction"}  # fmt: skip
    assert planned("methods: [transfer, input, decoded_target]", "methods: [input]") == {
        "completion"}  # fmt: skip
    # Another frame is another cloud, so all that follows from it.
    assert planned("side: complete\n    frame: mesh", "side: complete\n    frame: own",
                   TABLES[2]) == {
        "prepare_shapes", "build_manifest", "fit_inrs", "train_encoder",
        "embed_inrs", "train_transfer", "evaluate_mapping", "surface_reconstruction"}  # fmt: skip


def test_a_class_that_a_data_set_does_not_have_is_named(made):
    workflow, _ = made
    text = (workflow.path / "products.yaml").read_text()
    workflow.edit("products.yaml", "classes: [chair], methods", "classes: [shoe], methods")
    said = workflow.run("--dry-run", *LAID_OVER, TABLES[0], check=False).stdout
    (workflow.path / "products.yaml").write_text(text)
    assert "demo has no class 'shoe'; there are bottle, chair, table" in said
