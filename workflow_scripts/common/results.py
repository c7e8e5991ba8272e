"""The form in which methods leave their results."""

import numpy as np
import pandas as pd

from inr2vec_core.io import frames
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.io.sealed import write_json
from inr2vec_core.shapes.augmentation import name_of_copies
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
        more: further metrics; `augmentation` of a network, which is not by copies in `data`.
    """
    w, output = snakemake.wildcards, snakemake.output
    where = {"dataset": w.dataset, "inr": w.inr, "method": w.method, "tested": w.tested}
    known = {"seed": seed, "augmentation": augmentation_of(data)}
    write_json(output.metrics, where | known | classification_metrics(data, scores) | more)
    frames.write_frame(output.predictions, predictions_table(data, scores))


def augmentation_of(data: EmbeddingSet) -> str:
    """The copies of training shapes in a data set, as tables name them."""
    train = data.where(data.split == "train")
    return name_of_copies(train.shape_id)
