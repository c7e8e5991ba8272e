"""Quality along fits: rows, text and curves."""

import pandas as pd
import pytest

from inr2vec_core.reporting.fit_stages import plot_stages, stage_rows, stages_markdown
from unit.reporting.helpers import assert_png_that_is_not_blank


def followed(inr, seconds=1.0):
    frame = pd.DataFrame({
        "shape_id": ["a", "b"] * 2, "steps": [50, 50, 9, 9],
        "seconds": [5 * seconds] * 2 + [seconds] * 2, "loss": [0.1, 0.3, 0.5, 0.7],
        "found": [True, True, True, False], "chamfer": [0.001, 0.003, 0.01, None],
        "f_score": [0.8, 0.6, 0.2, 0.0], "stray": [0.0, 0.0, 0.0, None], "watertight": [None] * 4,
    })  # fmt: skip
    frame.attrs = {"dataset": "d", "inr": inr}
    fit = {"title": "D", "modality": "point cloud", "width": 64, "depth": 4, "loss": "bce"}
    return fit, frame


@pytest.fixture
def table():
    return stage_rows([followed("wide", 2.0), followed("b")])


def test_means_over_shapes_in_the_order_of_entries_and_steps(table):
    assert table["inr"].unique().tolist() == ["wide", "b"]
    found = table.set_index(["inr", "steps", "metric"])
    assert found.loc[("wide", 50, "CD x1000"), ["mean", "seconds"]].tolist() == [2, 10]
    assert found.loc[("b", 9, "F-score"), ["mean", "n"]].tolist() == [10, 2]
    assert found.loc[("b", 9, "fit loss"), "mean"] == pytest.approx(0.6)
    assert list(dict.fromkeys(table["steps"])) == [9, 50]


def test_a_row_of_text_for_each_stage(table):
    text = stages_markdown(table, ["a machine"])
    assert "| D | wide | 64 | 4 | bce | 50 | 10 | 2 | 70 | 100 | 0.2 |" in text
    assert "on a machine" in text


def test_curves_are_drawn(table, tmp_path):
    more = pd.concat([table, table.assign(dataset="E")])
    assert_png_that_is_not_blank(lambda path: plot_stages(more, path), tmp_path)
