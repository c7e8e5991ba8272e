"""Tables of results: mean, spread, the paper's figures, layout."""

import json

import pandas as pd
import pytest

from inr2vec_core.reporting.tables import (
    generation_in_columns,
    generation_rows,
    in_paper_layout,
    parts_in_columns,
    read_metrics,
    reconstruction_in_columns,
    reconstruction_rows,
    times_in_columns,
    with_paper_figures,
)


@pytest.fixture
def files(tmp_path):
    results = [
        {"method": "inr2vec", "seed": 0, "accuracy": 0.80},
        {"method": "inr2vec", "seed": 1, "accuracy": 0.90},
        {"method": "inr2vec", "hit@1": 0.75},
        {"method": "bounding_box", "accuracy": 0.5, "oob": 1.0},
    ]
    for k, result in enumerate(results):
        common = {"dataset": "demo", "inr": "small", "n_test": 40}
        (tmp_path / f"{k}.json").write_text(json.dumps(common | result))
    return [tmp_path / f"{k}.json" for k in range(len(results))]


@pytest.fixture
def table(files):
    table = read_metrics(files, ("accuracy", "hit@1"))
    table.insert(1, "modality", "point cloud")
    paper = pd.DataFrame([
        {"method": "inr2vec", "modality": "point cloud", "dataset": "demo", "metric": "accuracy",
         "value": 87.0},
        {"method": "inr2vec", "modality": "mesh", "dataset": "demo", "metric": "hit@1",
         "value": 99.0},
    ])  # fmt: skip
    return with_paper_figures(table, paper)


def test_mean_and_sample_deviation_over_seeds_in_percent(table):
    row = table.iloc[0]
    assert (row["method"], row["metric"]) == ("inr2vec", "accuracy")
    assert row["mean"] == pytest.approx(85)
    assert row["std"] == pytest.approx(50**0.5)  # of 80 and 90, divided by n - 1
    assert (row["seeds"], row["n"]) == (2, 40)


def test_one_run_has_no_deviation(table):
    row = table.iloc[1]
    assert (row["metric"], row["mean"], row["seeds"]) == ("hit@1", 75, 1)
    assert pd.isna(row["std"])


def test_rows_keep_the_order_of_the_files(table):
    assert table["method"].tolist() == ["inr2vec", "inr2vec", "bounding_box"]


def test_metrics_that_were_not_asked_are_left_out(table):
    assert set(table["metric"]) == {"accuracy", "hit@1"}


def test_the_papers_figure_is_that_of_the_same_modality_data_set_and_metric(table):
    assert table["paper"].iloc[0] == 87
    assert table["paper"].iloc[1:].isna().all()  # the paper's hit@1 above is of meshes


def test_markdown_in_the_papers_layout(table):
    other = table.iloc[[0]].assign(dataset="other", mean=12.34, std=0.04, paper=float("nan"))
    lines = in_paper_layout(pd.concat([table, other])).splitlines()
    assert lines[:5] == [
        "| metric (%) | method | point cloud: demo (small) | point cloud: other (small) |",
        "|---|---|---|---|",
        "| accuracy | inr2vec | 85.0 ± 7.1 (87.0) | 12.3 ± 0.0 |",
        "| hit@1 | inr2vec | 75.0 | – |",
        "| accuracy | bounding_box | 50.0 | – |",
    ]
    assert "bounding_box is" in lines[-1] and "weights_probe" not in lines[-1]


# ---------------------------------------------------------------------------- rebuilt shapes


SHAPES = pd.DataFrame({
    "split": ["train", "test", "test", "test"], "found": [True, True, True, False],
    "chamfer": [0.001, 0.002, 0.004, None], "f_score": [0.9, 0.5, 0.7, 0.0],
    "watertight": [True, True, False, None],
})  # fmt: skip


def test_rebuilt_shapes_by_split():
    rows = reconstruction_rows(SHAPES).set_index(["split", "metric"])
    test = rows.loc["test"]
    assert test["mean"].to_dict() == pytest.approx(
        {"CD x1000": 3, "F-score": 40, "found": 200 / 3, "watertight": 100 / 3}
    )
    assert test["n"].to_dict() == {"CD x1000": 2, "F-score": 3, "found": 3, "watertight": 3}
    assert test["std"]["CD x1000"] == pytest.approx(2**0.5)
    assert rows.loc["train", "CD x1000"]["mean"] == pytest.approx(1)


@pytest.mark.parametrize("empty", [False, True])
def test_shapes_that_are_no_meshes_have_no_watertight_row(empty):
    shapes = SHAPES.assign(watertight=None)
    if empty:
        shapes = shapes.assign(found=False, chamfer=None, f_score=0.0)
    metrics = set(reconstruction_rows(shapes)["metric"])
    assert metrics == {"F-score", "found"} | (set() if empty else {"CD x1000"})


def test_rebuilt_shapes_stand_side_by_side_with_the_papers_figures():
    table = reconstruction_rows(SHAPES).assign(
        method="inr", modality="mesh", dataset="Manifold40", inr="small"
    )
    paper = pd.DataFrame([
        {"method": "inr", "modality": "mesh", "dataset": "Manifold40", "split": "test",
         "metric": "CD x1000", "value": 0.3},
    ])  # fmt: skip
    lines = reconstruction_in_columns(with_paper_figures(table, paper, ["split"])).splitlines()
    assert lines[0] == (
        "| modality | dataset | inr | split | n | method "
        "| CD x1000 | F-score | found | watertight |"
    )
    assert lines[2:4] == [
        "| mesh | Manifold40 | small | train | 1 | inr | 1 | 90 | 100 | 100 |",
        "| mesh | Manifold40 | small | test | 3 | inr | 3 (0.3) | 40 | 66.7 | 33.3 |",
    ]


# ---------------------------------------------------------------------------- networks and times


def test_a_networks_training_stands_beside_and_a_rising_curve_is_marked(tmp_path):
    for seed, converged in enumerate((True, False)):
        (tmp_path / f"{seed}.json").write_text(json.dumps({
            "dataset": "demo", "inr": "small", "method": "pointnet", "seed": seed, "n_test": 40,
            "accuracy": 0.9, "epochs": 50, "points": 512, "converged": converged,
        }))  # fmt: skip
    (tmp_path / "2.json").write_text(json.dumps(
        {"dataset": "demo", "inr": "small", "method": "inr2vec", "n_test": 40, "accuracy": 0.8}
    ))  # fmt: skip
    table = read_metrics([tmp_path / f"{k}.json" for k in range(3)], ["accuracy"])
    network, encoder = (row for _, row in table.iterrows())
    assert (network["epochs"], network["points"], network["converged"]) == (50, 512, False)
    assert encoder[["epochs", "points", "converged"]].isna().all()
    table.insert(1, "modality", "point cloud")
    shown = in_paper_layout(table.assign(paper=float("nan")))
    assert "| accuracy | pointnet (2 seeds, 50 epochs, 512 points) | 90.0* ± 0.0 |" in shown
    assert "| accuracy | inr2vec | 80.0 |" in shown
    assert "*: the validation curve still rose" in shown
    assert "*:" not in in_paper_layout(table.iloc[1:].assign(paper=float("nan")))


def test_parts_stand_in_a_row_a_method():
    rows = [
        ("inr2vec", "class mIoU", 71.26, 3, True, 71.1),
        ("inr2vec", "mIoU mug", 92, 3, True, 92.4),
        ("nearest_point", "class mIoU", 40, 1, None, None),
    ]
    table = pd.DataFrame(rows, columns=["method", "metric", "mean", "seeds", "converged", "paper"])
    table = table.assign(dataset="Demo", inr="small", std=0.5, points=pd.NA)
    table["epochs"] = pd.array([9, 9, None], "Int64")
    lines = parts_in_columns(table).split("\n")
    assert lines[0] == "| data set | inr | method | class mIoU | mIoU mug |"
    assert lines[2:4] == [
        "| Demo | small | inr2vec (3 seeds, 9 epochs) | 71.3 ± 0.5 (71.1) | 92.0 ± 0.5 (92.4) |",
        "| Demo | small | nearest_point | 40.0 ± 0.5 | – |",
    ]
    assert "*:" not in lines[5]
    assert "*:" in parts_in_columns(table.assign(converged=False))


def test_times_side_by_side():
    rows = [
        ("inr2vec", 64, False, 0.001, 0.001), ("inr2vec", 128, False, 0.001, 0.001),
        ("dgcnn", 64, False, 0.25, float("nan")), ("dgcnn", 64, True, 1.5, float("nan")),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["method", "points", "rebuilt", "seconds", "paper"])
    lines = times_in_columns(table.assign(dataset="Demo", inr="small", device="CPU")).split("\n")
    assert lines[0] == "| data set | inr | method | 64 points | 128 points |"
    assert lines[2:5] == [
        "| Demo | small | inr2vec | 0.001 (0.001) | 0.001 (0.001) |",
        "| Demo | small | dgcnn | 0.25 | – |",
        "| Demo | small | dgcnn * | 1.5 | – |",
    ]
    assert "on CPU" in lines[6]


def test_a_table_averages_draws_and_classes():
    draws = pd.DataFrame(
        {"class": ["a", "a", "b", "b"], "draw": ["draw 0", "draw 1"] * 2, "n": [3, 3, 5, 5],
         "COV-CD": [40.0, 60.0, 10.0, 30.0]}
    )  # fmt: skip
    rows = generation_rows(draws).set_index("class")
    assert rows["mean"].to_dict() == {"a": 50, "b": 20, "all": 35}
    assert rows["n"].to_dict() == {"a": 3, "b": 5, "all": 8} and (rows["draws"] == 2).all()
    assert rows.loc["all", "std"] == pytest.approx(200**0.5)
    table = generation_rows(draws).assign(dataset="D", inr="i", encoder="e", method="m")
    text = generation_in_columns(table)
    assert "| D | i | e | all | m | 35 ± 14 |" in text
