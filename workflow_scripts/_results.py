"""The form in which every classification method leaves its results."""

import json

import numpy as np
import pandas as pd

from inr2vec_core.storage import atomic


def write_json(path, values: dict) -> None:
    """A JSON file with sorted keys, one figure a line."""
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n")


def write_classification(snakemake, data, scores: np.ndarray, seed: int, **more) -> None:
    """metrics.json and predictions.parquet from class scores (n_test, classes) of the test split.

    `data` has shape_id, split, labels and classes, as `inr2vec_core.embeddings.Labelled`.
    """
    test = data.split == "test"
    predicted, truth = scores.argmax(1), data.labels[test]
    w = snakemake.wildcards
    method, source = snakemake.output.metrics.split("/")[-4:-2]
    write_json(snakemake.output.metrics, {
        "dataset": w.dataset, "inr": w.inr, "method": method, "source": source, "seed": seed,
        "accuracy": float((predicted == truth).mean()), "n_test": int(test.sum()),
        "n_train": int((data.split == "train").sum()), "classes": len(data.classes), **more,
    })  # fmt: skip
    classes = np.array(data.classes)
    with atomic(snakemake.output.predictions) as path:
        pd.DataFrame({"shape_id": np.array(data.shape_id)[test], "class": classes[truth],
                      "predicted": classes[predicted],
                      "confidence": scores.max(1)}).to_parquet(path, index=False)  # fmt: skip
