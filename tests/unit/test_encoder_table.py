"""The table of encoders."""

import pandas as pd
import pytest

from inr2vec_core.encoder_table import encoder_rows, encoders_in_columns

VALUES = pd.DataFrame(
    [
        ("clouds", "small", "ours", "parameters", 1234567.0),
        ("clouds", "small", "again", "parameters", 1234567.0),
        ("meshes", "small", "ours", "parameters", 10.0),
        ("clouds", "small", "ours", "accuracy", 80.0),
        ("clouds", "small", "again", "accuracy", 84.0),
        ("clouds", "small", "probe", "accuracy", 70.0),
        ("meshes", "small", "probe", "accuracy", 71.0),
    ],
    columns=["dataset", "inr", "method", "metric", "value"],
)


@pytest.fixture
def rows():
    return encoder_rows(VALUES, {"ours": "ours", "again": "ours"})


def test_entries_of_other_seeds_are_pooled(rows):
    found = rows.set_index(["dataset", "method", "metric"])
    assert found.loc[("clouds", "ours", "accuracy"), ["mean", "seeds"]].tolist() == [82, 2]
    assert found.loc[("clouds", "ours", "accuracy"), "std"] == pytest.approx(8**0.5)
    assert found.loc[("clouds", "probe", "accuracy"), "seeds"] == 1
    assert "again" not in found.index.get_level_values("method")


def test_markdown_has_a_row_a_method_data_set_by_data_set(rows):
    head, _, *lines = encoders_in_columns(rows).splitlines()[:6]
    assert head == "| data set | inr | method | parameters | accuracy |"
    assert lines == [
        "| clouds | small | ours | 1,234,567 | 82.0 ± 2.8 |",
        "| clouds | small | probe | – | 70.0 |",
        "| meshes | small | ours | 10 | – |",
        "| meshes | small | probe | – | 71.0 |",
    ]
