"""The form in which methods leave their results."""

import json

import numpy as np
import pandas as pd

from inr2vec_core.io.atomic import atomic


def write_json(path, values: dict) -> None:
    """A JSON file with sorted keys, one figure a line."""
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n")


def write_classification(snakemake, data, scores: np.ndarray, seed: int, **more) -> None:
    """metrics.json and predictions.parquet from class scores (n_test, classes) of the test split.

    `data` has shape_id, split, labels and classes, as `io.embeddings.EmbeddingSet`. Scores of NaN
    are those of a shape that could not be rebuilt, which counts as wrong.
    """
    test = data.split == "test"
    truth, told = data.labels[test], np.isfinite(scores).all(1)
    predicted = np.where(told, scores.argmax(1), -1)
    w = snakemake.wildcards
    method, source = snakemake.output.metrics.split("/")[-4:-2]
    write_json(snakemake.output.metrics, {
        "dataset": w.dataset, "inr": w.inr, "method": method, "source": source, "seed": seed,
        "accuracy": float((predicted == truth).mean()), "n_test": int(test.sum()),
        "n_without_shape": int((~told).sum()),
        "n_train": int((data.split == "train").sum()), "classes": len(data.classes), **more,
    })  # fmt: skip
    classes = np.array([*data.classes, "(no shape)"])
    predictions = pd.DataFrame(
        {
            "shape_id": np.array(data.shape_id)[test],
            "class": classes[truth],
            "predicted": classes[predicted],
            "confidence": np.where(told, scores.max(1), 0.0),
        }
    )
    with atomic(snakemake.output.predictions) as path:
        predictions.to_parquet(path, index=False)
