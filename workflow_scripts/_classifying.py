"""The classifier of embeddings in a job, whatever its vectors are."""

from _job import torch_device
from _results import write_classification

from inr2vec_core.classification import ClassifierSettings, classify


def classify_and_write(snakemake, data) -> None:
    """Train on `data`, an `inr2vec_core.embeddings.Labelled`; write figures and predictions."""
    settings = ClassifierSettings(**snakemake.params.settings)
    seed = int(snakemake.wildcards.seed)
    scores, course = classify(data, settings, seed, torch_device(snakemake))
    write_classification(
        snakemake,
        data,
        scores,
        seed,
        validation_accuracy=course.best_score,
        best_epoch=course.best_epoch,
    )
