"""Metrics and predictions from class scores, known by hand."""

import numpy as np
import pytest

from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.tasks.classification.results import classification_metrics, predictions_table

DATA = EmbeddingSet.of(
    ["a", "b", "c", "d"], ["car", "lamp", "car", "lamp"], ["train", "test", "test", "test"]
)
SCORES = np.array([[0.2, 0.8], [0.4, 0.6], [np.nan, np.nan]])  # right, wrong, no shape


def test_a_shape_that_could_not_be_reconstructed_counts_as_wrong():
    assert classification_metrics(DATA, SCORES) == {
        "accuracy": pytest.approx(1 / 3), "n_test": 3, "n_without_shape": 1, "n_train": 1,
        "classes": 2,
    }  # fmt: skip


def test_predictions_name_classes_and_shapes():
    table = predictions_table(DATA, SCORES)
    assert table["shape_id"].tolist() == ["b", "c", "d"]
    assert table["class"].tolist() == ["lamp", "car", "lamp"]
    assert table["predicted"].tolist() == ["lamp", "lamp", "(no shape)"]
    assert table["confidence"].tolist() == [0.8, 0.6, 0.0]
