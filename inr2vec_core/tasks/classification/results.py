"""What class scores of the test split are worth."""

import numpy as np
import pandas as pd

from inr2vec_core.io.embeddings import EmbeddingSet

NO_SHAPE = "(no shape)"


def classification_metrics(data: EmbeddingSet, scores: np.ndarray) -> dict[str, float | int]:
    """Summarize class scores.

    Args:
        data: shapes of all splits with their classes; `x` is not needed.
        scores: (n_test, classes) scores of the test shapes in the order of `data`. A row of NaN is
            that of a shape that could not be reconstructed, which counts as wrong.

    Returns:
        accuracy in [0, 1]; the numbers n_test, n_without_shape, n_train and classes.
    """
    test = data.split == "test"
    predicted, known = _predictions(scores)
    return {
        "accuracy": float((predicted == data.labels[test]).mean()),
        "n_test": int(test.sum()),
        "n_without_shape": int((~known).sum()),
        "n_train": int((data.split == "train").sum()),
        "classes": len(data.classes),
    }


def predictions_table(data: EmbeddingSet, scores: np.ndarray) -> pd.DataFrame:
    """Tabulate the predicted class of each test shape.

    Args:
        data: as for `classification_metrics`.
        scores: as for `classification_metrics`.

    Returns:
        Columns shape_id, class, predicted ("(no shape)" for a row of NaN) and confidence, the
        largest score.
    """
    test = data.split == "test"
    predicted, known = _predictions(scores)
    classes = np.array([*data.classes, NO_SHAPE])
    return pd.DataFrame(
        {
            "shape_id": np.array(data.shape_id)[test],
            "class": classes[data.labels[test]],
            "predicted": classes[predicted],
            "confidence": np.where(known, scores.max(1), 0.0),
        }
    )


def _predictions(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of classes, -1 for a row of NaN, and which rows have scores."""
    known = np.isfinite(scores).all(1)
    return np.where(known, scores.argmax(1), -1), known
