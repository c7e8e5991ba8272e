"""Encoders side by side, on top of the finished run; one is a user's own."""

import re

import pandas as pd
import pytest
from conftest import PROJECT

LAID_OVER = ("--configfile", "comparison.yaml", "--")
TABLE = "results/tables/encoders.csv"
OWN = "inr2vec_core/encoders/my_encoder.py"


@pytest.fixture(scope="module")
def compared(run_on_top):
    """The finished run with the table of encoders, and what was said."""
    document = (PROJECT / "docs/encoders.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", document, re.S)
    return run_on_top("comparison.yaml", {OWN: example})


@pytest.fixture(scope="module")
def table(compared):
    values = pd.read_csv(compared[0].path / TABLE)
    return values.set_index(["dataset", "method", "metric"]).sort_index()


def test_every_encoder_has_every_metric_and_the_probe_its_accuracy(table):
    metrics = {
        "parameters", "INRs/s", "training (s)", "CD x1000 (val)", "CD x1000", "F-score",
        "hit@1", "mAP@10", "accuracy", "probe accuracy",
    }  # fmt: skip
    for method in ("inr2vec", "projected", "mine"):
        found = set(table.loc["Demo", method].index)
        # Of shapes without a surface there is no distance.
        assert metrics - {"CD x1000", "CD x1000 (val)"} <= found <= metrics
    for method in ("weights_probe", "weights_network"):
        assert set(table.loc["Demo", method].index) == {"accuracy"}
    assert "inr2vec" in table.loc["solids"].index


def test_entries_that_differ_in_their_seed_are_one_row(table):
    assert "projected_again" not in table.index.get_level_values("method")
    assert table.loc[("Demo", "projected", "hit@1"), "seeds"] == 2
    accuracy = table.loc[("Demo", "projected", "accuracy")]
    assert (accuracy["seeds"], accuracy["chains"]) == (4, 2)
    assert table.loc[("Demo", "mine", "hit@1"), "seeds"] == 1


def test_every_row_says_what_its_method_was_trained_with(table):
    assert (table["augmentation"] == "none").all()


def test_parameters_are_counted(table):
    # Four singular values of each of two layers: normalized (2 * 8), 8 -> 16 -> 16.
    assert table.loc[("Demo", "mine", "parameters"), "mean"] == 16 + 8 * 16 + 16 + 16 * 16 + 16


def test_an_encoders_file_reruns_that_encoder_alone(compared):
    workflow, _ = compared
    assert not workflow.planned(*LAID_OVER, TABLE)
    text = (workflow.path / OWN).read_text()
    workflow.append(OWN, "EDITED = True")
    jobs = workflow.jobs(*LAID_OVER, TABLE)
    (workflow.path / OWN).write_text(text)
    assert {rule for rule, _ in jobs} == {
        "train_encoder", "embed_inrs", "classify_embeddings", "probe_embeddings",
        "evaluate_retrieval", "evaluate_reconstruction", "benchmark_encoders", "table_encoders",
    }  # fmt: skip
    named = {w[key] for _, w in jobs for key in ("encoder", "method") if key in w}
    assert named == {"mine"}
