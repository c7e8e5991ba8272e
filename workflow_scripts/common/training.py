"""How every script that trains a model calls the trainer and saves the result."""

from pathlib import Path

import pandas as pd

from inr2vec_core.io.checkpoint_key import checkpoint_key
from inr2vec_core.io.checkpoints import save_model
from inr2vec_core.io.frames import write_frame
from inr2vec_core.training.trainer import TrainingResult, TrainSettings, train
from workflow_scripts.common.job import provenance


def train_with(
    snakemake,
    task,
    seed: int,
    label: str,
    shards,
    *where: str,
    seen: str = "",
    settings: dict | None = None,
) -> TrainingResult:
    """Train a task, and write its history.

    Args:
        snakemake: the job, with `history` among its outputs.
        task: what is trained, a `trainer.Task`.
        seed: of the order of batches.
        label: names the training in the progress bar and the log.
        shards: the files with the training data.
        where: the checkpoint's name, as the elements of a path. It is outside the outputs, which
            Snakemake removes before it runs a killed job again.
        seen: names whatever else the training depends on.
        settings: keys of `TrainSettings`, among others; the job's `params.settings` by default.

    Returns:
        The history and the best weights, which the task's model has.
    """
    settings = settings or snakemake.params.settings
    result = train(
        task,
        TrainSettings.from_config({"schedule": "onecycle", **settings}),
        seed,
        label,
        Path("results/checkpoints", *where).with_suffix(".pt"),
        checkpoint_key({**dict(snakemake.params.items()), "seen": seen}, shards),
    )
    write_frame(snakemake.output.history, pd.DataFrame(result.history))
    return result


def save_trained(
    snakemake, task, result: TrainingResult, description: dict, label: str, model=None, **metadata
) -> None:
    """Save the model of a training, and report whether its validation curve had converged.

    Args:
        snakemake: the job, with `settings` among its params and `model` among its outputs.
        task: what was trained, a `trainer.Task`.
        result: what `train_with` returned.
        description: what the model is built from again.
        label: names the training in the log.
        model: the part of the task's model that is kept; None keeps all of it.
        metadata: further entries of the file's header.
    """
    check = task.convergence(result.history)
    check.report(label)
    save_model(
        model or task.model, description, snakemake.output.model,
        epochs=snakemake.params.settings["epochs"], best_epoch=result.best_epoch,
        converged=check.converged, **{f"best_{task.score}": result.best_score},
        **metadata, **provenance(snakemake),
    )  # fmt: skip
