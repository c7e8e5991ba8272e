"""What is told of data and scores."""

import numpy as np
import pandas as pd
import pytest

from inr2vec_core.hub.facts import DataSet, Metric, decoded_metrics, score_metrics
from inr2vec_core.io.sealed import write_json


def test_shapes_are_counted_without_copies(data):
    assert data == DataSet(
        "mine", "My | shapes", "folder", "", ["a", "b"], {"train": 2, "val": 2, "test": 1}, 2
    )


def test_scores_are_means_over_seeds(tmp_path):
    files = [tmp_path / f"{k}.json" for k in range(2)]
    for file, accuracy in zip(files, (0.5, 0.7), strict=True):
        values = {"dataset": "d", "inr": "i", "method": "m", "n_test": 9, "accuracy": accuracy}
        write_json(file, values)
    (found,) = score_metrics("classification", files, ["accuracy"], "do")
    std = round(100 * np.std([0.5, 0.7], ddof=1), 2)
    assert found == Metric("classification", "accuracy", "%", 60.0, std, 2, 9, "test", "do")
    (found,) = score_metrics("classification", files[:1], ["accuracy", "hit@1"], "do")
    assert (found.value, found.std, found.runs) == (50.0, None, 1)
    assert score_metrics("classification", [], ["accuracy"], "do") == []


@pytest.mark.parametrize(
    ("splits", "told", "cd", "f"),
    [(["train", "test", "test"], "test", 30.0, 20.0), (["train"] * 3, "train", 20.0, 23.33)],
)
def test_decoded_shapes_are_those_of_one_split(splits, told, cd, f):
    shapes = pd.DataFrame(
        {"split": splits, "found": [True, True, False], "chamfer": [0.01, 0.03, np.nan],
         "f_score": [0.3, 0.4, 0.0], "stray": [0.0, 0.0, np.nan], "watertight": [None] * 3}
    )  # fmt: skip
    distance, score = decoded_metrics(shapes, "do")
    assert (distance.name, distance.unit, distance.value, distance.split) == (
        "CD x1000", "", cd, told,
    )  # fmt: skip
    assert (score.name, score.unit, score.value) == ("F-score", "%", f)
    assert score.n == splits.count(told)  # a shape without a surface has an F-score, and no CD
    assert distance.n == score.n - 1
