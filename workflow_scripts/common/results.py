"""The form in which methods leave their results."""

import numpy as np
import pandas as pd

from inr2vec_core.io import frames
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.io.sealed import write_json
from inr2vec_core.tasks.classification.results import classification_metrics, predictions_table


def write_frame(path, frame: pd.DataFrame, wildcards) -> None:
    """Write a parquet file with the wildcards as metadata: `read_frame(path).attrs["dataset"]`.

    Args:
        path: the file.
        frame: the table.
        wildcards: those of the job, or any mapping of names to text.
    """
    frame.attrs = {str(name): str(value) for name, value in wildcards.items()}
    frames.write_frame(path, frame)


def write_classification(
    snakemake, data: EmbeddingSet, scores: np.ndarray, seed: int, **more
) -> None:
    """Write metrics and predictions of the test split.

    Args:
        snakemake: the job, with the wildcards dataset, inr, method and tested.
        data: shapes of all splits with their classes.
        scores: (n_test, classes) class scores, as `classification_metrics` takes them.
        seed: of the classifier.
        more: further metrics.
    """
    w, output = snakemake.wildcards, snakemake.output
    where = {"dataset": w.dataset, "inr": w.inr, "method": w.method, "tested": w.tested}
    write_json(output.metrics, where | {"seed": seed} | classification_metrics(data, scores) | more)
    frames.write_frame(output.predictions, predictions_table(data, scores))
