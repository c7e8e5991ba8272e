"""Tidy tables of results: mean, spread, the paper's values."""

import pandas as pd
import pytest

from inr2vec_core.reporting.tables import add_paper_values, generation_rows, reconstruction_rows


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


def test_only_the_named_metrics_are_collected(table):
    assert set(table["metric"]) == {"accuracy", "hit@1"}


def test_the_papers_value_is_that_of_the_same_modality_data_set_and_metric(table):
    assert table["paper"].iloc[0] == 87
    assert table["paper"].iloc[1:].isna().all()  # the paper's hit@1 above is of meshes


def test_of_a_table_without_published_figures_the_column_is_empty(table):
    found = add_paper_values(table.drop(columns="paper"), pd.DataFrame([]))
    assert found["paper"].isna().all()
    assert len(found) == len(table)


def test_the_training_of_a_network_stands_in_its_row(network_table):
    network, encoder = (row for _, row in network_table.iterrows())
    assert (network["epochs"], network["n_points"], network["converged"]) == (50, 512, False)
    assert network["augmentation"] == "online"
    assert encoder[["epochs", "n_points", "converged", "augmentation"]].isna().all()


def test_reconstructed_shapes_by_split(reconstructions):
    rows = reconstruction_rows(reconstructions).set_index(["split", "metric"])
    test = rows.loc["test"]
    assert test["mean"].to_dict() == pytest.approx(
        {"CD x1000": 3, "F-score": 40, "stray": 5, "found": 200 / 3, "watertight": 100 / 3}
    )
    surfaces = {"CD x1000": 2, "stray": 2}
    assert test["n"].to_dict() == surfaces | {"F-score": 3, "found": 3, "watertight": 3}
    assert test["std"]["CD x1000"] == pytest.approx(2**0.5)
    assert rows.loc["train", "CD x1000"]["mean"] == pytest.approx(1)


@pytest.mark.parametrize("empty", [False, True])
def test_only_meshes_have_a_row_watertight(reconstructions, empty):
    shapes = reconstructions.assign(watertight=None)
    if empty:
        shapes = shapes.assign(found=False, chamfer=None, f_score=0.0, stray=None)
    metrics = set(reconstruction_rows(shapes)["metric"])
    assert metrics == {"F-score", "found"} | (set() if empty else {"CD x1000", "stray"})


def test_metrics_of_generated_shapes_are_averaged_over_draws_and_classes(draws):
    rows = generation_rows(draws).set_index("class")
    assert rows["mean"].to_dict() == {"a": 50, "b": 20, "all": 35}
    assert rows["n"].to_dict() == {"a": 3, "b": 5, "all": 8} and (rows["draws"] == 2).all()
    assert rows.loc["all", "std"] == pytest.approx(200**0.5)
