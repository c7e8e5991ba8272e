"""The classifier of embeddings in a job, whatever its vectors are."""

from inr2vec_core.tasks.classification.task import ClassifierSettings, classify
from workflow_scripts.common.job import torch_device
from workflow_scripts.common.results import write_classification


def classify_and_write(snakemake, data) -> None:
    """Train on `data`, an `io.embeddings.EmbeddingSet`; write figures and predictions."""
    settings = ClassifierSettings.from_config(snakemake.params.settings)
    seed = int(snakemake.wildcards.seed)
    scores, result = classify(data, settings, seed, torch_device(snakemake))
    write_classification(
        snakemake,
        data,
        scores,
        seed,
        validation_accuracy=result.best_score,
        best_epoch=result.best_epoch,
    )
