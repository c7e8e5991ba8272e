"""The table of encoders."""

import math

import pandas as pd
import pytest

from inr2vec_core.reporting.encoder_table import (
    add_augmentation,
    encoder_markdown,
    encoder_rows,
    mean_without_failures,
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
# Costs do not say it, nor do the accuracies of all methods.
NAMES = {"ours": "2 copies", "again": "2 copies", "net": "online"}
VALUES["augmentation"] = VALUES["method"].map(NAMES).where(VALUES["metric"] == "accuracy")


@pytest.fixture
def rows():
    return add_augmentation(encoder_rows(VALUES, {"ours": "ours", "again": "ours"}), VALUES)


def test_encoders_of_other_seeds_are_pooled_with_all_runs_of_their_classifiers(rows):
    found = rows.set_index(["dataset", "method", "metric"])
    ours = found.loc[("clouds", "ours", "accuracy")]
    assert ours[["mean", "seeds", "chains"]].tolist() == [82, 4, 2]
    assert ours["std"] == pytest.approx((20 / 3) ** 0.5)  # of 79, 81, 83 and 85
    assert found.loc[("clouds", "net", "accuracy"), ["mean", "seeds"]].tolist() == [72, 2]
    assert found.loc[("clouds", "net", "accuracy"), "std"] == pytest.approx(8**0.5)
    assert found.loc[("meshes", "weights_probe", "accuracy"), "seeds"] == 1
    assert "again" not in found.index.get_level_values("method")


def test_chains_are_one_row():
    again = VALUES.assign(inr="small@1", method=VALUES["method"].replace("ours", "ours@1"))
    both = pd.concat([VALUES, again])
    rows = encoder_rows(both, {"ours@1": "ours"}).set_index(["dataset", "method", "metric"])
    assert set(rows["inr"]) == {"small"}
    assert rows.loc[("clouds", "ours", "accuracy"), ["seeds", "chains"]].tolist() == [4, 2]
    assert rows.loc[("clouds", "net", "accuracy"), ["seeds", "chains"]].tolist() == [4, 2]


def test_a_row_has_converged_if_all_its_seeds_have(rows):
    converged = rows.set_index(["dataset", "method", "metric"])["converged"]
    assert not converged[("clouds", "net", "accuracy")]
    assert converged[("clouds", "ours", "accuracy")] is None


def test_all_rows_of_a_method_say_what_it_was_trained_with(rows):
    found = rows.set_index(["dataset", "method", "metric"]).sort_index()["augmentation"]
    assert set(found[("clouds", "ours")]) == {"2 copies"}  # its costs, too
    assert set(found[("clouds", "net")]) == {"online"}
    assert found["meshes"].isna().all()  # clouds say nothing of meshes


def test_markdown_has_a_row_for_each_method_sorted_by_data_set(rows):
    head, _, *lines, _, note = encoder_markdown(rows, ["a card", "a card"]).splitlines()
    assert head == "| data set | inr | method | augmentation | parameters | accuracy | CD x1000 |"
    assert lines == [
        "| clouds | small | ours | 2 copies | 1,234,567 | 82.0 ± 2.6 | – |",
        "| clouds | small | net | online | – | 72.0* ± 2.8 | – |",
        "| meshes | small | ours | – | 10 | – | 0.123 |",
        "| meshes | small | weights_probe | – | – | 71.0 | – |",
    ]
    assert "on a card;" in note and "*:" in note
    assert "weights_probe is" in note and "bounding_box" not in note


def test_failed_shapes_are_removed_from_the_mean():
    assert mean_without_failures((0.2 + 0.4 + 100 + 100) / 4, 0.5, 100) == pytest.approx(0.3)
    assert math.isnan(mean_without_failures(100, 1, 100))
