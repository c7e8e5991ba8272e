"""Encoders by decoded shapes and scores: rows and Markdown."""

import pandas as pd

from inr2vec_core.reporting.decoding_table import decoding_markdown, decoding_rows


def shapes(method, chamfer):
    frame = pd.DataFrame({
        "split": ["train", "test", "test"], "found": [True, True, False],
        "chamfer": [9.0, chamfer, None], "f_score": [0.5, 0.4, 0.0],
        "stray": [0.0, 0.1, None], "watertight": [None] * 3,
    })  # fmt: skip
    frame.attrs = {"dataset": "d", "inr": "few", "method": method}
    return frame


def score(method, accuracy, seed=0):
    return {"dataset": "d", "inr": "few", "method": method, "accuracy": accuracy, "seed": seed,
            "augmentation": "none"}  # fmt: skip


PAPER = pd.DataFrame(
    [("a", "point cloud", "D", "test", "CD x1000", 3.1), ("a", "point cloud", "D", "train",
                                                          "CD x1000", 7)],
    columns=["method", "modality", "dataset", "split", "metric", "value"],
)  # fmt: skip


def made(paper=PAPER):
    return decoding_rows(
        [shapes("a", 0.002), shapes("b", 0.004)],
        [score("a", 0.5), score("a", 0.7), score("probe", 0.4)],
        {"few": "random_each, matched"}, {"d": "D"}, {"d": "point cloud"}, paper,
    )  # fmt: skip


def test_rows_are_of_the_test_split_with_the_papers_value():
    table = made().set_index(["method", "metric"])
    assert table.loc[("a", "CD x1000"), ["mean", "paper"]].tolist() == [2, 3.1]
    assert table.loc[("b", "CD x1000"), "mean"] == 4
    assert table.loc[("a", "found"), "mean"] == 50
    assert table.loc[("a", "F-score"), "mean"] == 20
    assert table.loc[("a", "accuracy"), ["mean", "seeds"]].tolist() == [60, 2]
    assert table.loc[("probe", "accuracy"), "mean"] == 40
    assert set(table["init"]) == {"random_each, matched"}


def test_without_the_papers_values_there_is_an_empty_column():
    table = made(pd.DataFrame([]))
    assert table["paper"].isna().all() and len(table) == len(made())


def test_a_row_of_text_for_each_method():
    text = decoding_markdown(made())
    assert "| 2 (3.1) |" in text and "| 60.0 ± 14.1 |" in text
    assert "| point cloud | D | few | random_each, matched | probe | none |" in text
