"""The table of encoders."""

import math

import pandas as pd
import pytest

from inr2vec_core.reporting.encoder_table import (
    distance_of_found,
    encoder_rows,
    encoders_in_columns,
)

VALUES = pd.DataFrame(
    [
        ("clouds", "small", "ours", "parameters", 1234567.0, None),
        ("clouds", "small", "again", "parameters", 1234567.0, None),
        ("meshes", "small", "ours", "parameters", 10.0, None),
        ("clouds", "small", "ours", "accuracy", 79.0, None),
        ("clouds", "small", "ours", "accuracy", 81.0, None),
        ("clouds", "small", "again", "accuracy", 83.0, None),
        ("clouds", "small", "again", "accuracy", 85.0, None),
        ("clouds", "small", "net", "accuracy", 70.0, True),
        ("clouds", "small", "net", "accuracy", 74.0, False),
        ("meshes", "small", "weights_probe", "accuracy", 71.0, None),
        ("meshes", "small", "ours", "CD x1000", 0.1234, None),
    ],
    columns=["dataset", "inr", "method", "metric", "value", "converged"],
)


@pytest.fixture
def rows():
    return encoder_rows(VALUES, {"ours": "ours", "again": "ours"})


def test_entries_of_other_seeds_are_pooled_each_with_the_mean_of_its_classifiers(rows):
    found = rows.set_index(["dataset", "method", "metric"])
    assert found.loc[("clouds", "ours", "accuracy"), ["mean", "seeds"]].tolist() == [82, 2]
    assert found.loc[("clouds", "ours", "accuracy"), "std"] == pytest.approx(8**0.5)  # 80 and 84
    assert found.loc[("clouds", "net", "accuracy"), ["mean", "seeds"]].tolist() == [72, 2]
    assert found.loc[("clouds", "net", "accuracy"), "std"] == pytest.approx(8**0.5)
    assert found.loc[("meshes", "weights_probe", "accuracy"), "seeds"] == 1
    assert "again" not in found.index.get_level_values("method")


def test_one_that_still_rises_makes_its_row_rise(rows):
    converged = rows.set_index(["dataset", "method", "metric"])["converged"]
    assert not converged[("clouds", "net", "accuracy")]
    assert converged[("clouds", "ours", "accuracy")] is None


def test_markdown_has_a_row_a_method_data_set_by_data_set(rows):
    head, _, *lines, _, note = encoders_in_columns(rows, ["a card", "a card"]).splitlines()
    assert head == "| data set | inr | method | parameters | accuracy | CD x1000 |"
    assert lines == [
        "| clouds | small | ours | 1,234,567 | 82.0 ± 2.8 | – |",
        "| clouds | small | net | – | 72.0* ± 2.8 | – |",
        "| meshes | small | ours | 10 | – | 0.123 |",
        "| meshes | small | weights_probe | – | 71.0 | – |",
    ]
    assert "on a card;" in note and "*:" in note
    assert "weights_probe is" in note and "bounding_box" not in note


def test_shapes_that_were_not_found_leave_the_mean():
    assert distance_of_found((0.2 + 0.4 + 100 + 100) / 4, 0.5, 100) == pytest.approx(0.3)
    assert math.isnan(distance_of_found(100, 1, 100))
