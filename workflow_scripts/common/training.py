"""How every script that trains a model calls the trainer, and leaves its course."""

from pathlib import Path

import pandas as pd

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.checkpoints import save_model
from inr2vec_core.io.fingerprint import fingerprint
from inr2vec_core.training.trainer import TrainingResult, TrainSettings, train
from workflow_scripts.common.job import provenance


def train_with(
    snakemake, task, seed: int, label: str, shards, *where: str, seen: str = ""
) -> TrainingResult:
    """Train a task by the keys of `params.settings`, and write its history.

    Args:
        shards: the files that are trained on. seen: names whatever else is.
        where: parts of the checkpoint's name. It is outside the outputs, which Snakemake removes
            before it runs a killed job again.
    """
    settings = snakemake.params.settings
    course = train(
        task,
        TrainSettings(
            **{k: settings[k] for k in ("epochs", "lr", "weight_decay", "validate_every")},
            schedule=settings.get("schedule", "onecycle"),
            **{k: tuple(settings[k]) for k in ("betas", "keep") if k in settings},
        ),
        seed,
        label,
        Path("results/checkpoints", *where).with_suffix(".pt"),
        fingerprint({**dict(snakemake.params.items()), "seen": seen}, shards),
    )
    with atomic(snakemake.output.history) as path:
        pd.DataFrame(course.history).to_parquet(path, index=False)
    return course


def save_trained(
    snakemake, task, course: TrainingResult, description: dict, label: str, model=None
) -> None:
    """Save the model of a training, and report whether its curve was flat at its end.

    Args: model: the part of the task's that is kept; None for all of it.
    """
    flat = task.flatness(course.history)
    flat.report(label)
    save_model(
        model or task.model, description, snakemake.output.model,
        epochs=snakemake.params.settings["epochs"], best_epoch=course.best_epoch,
        flat=flat.flat, **{f"best_{task.score}": course.best_score}, **provenance(snakemake),
    )  # fmt: skip
