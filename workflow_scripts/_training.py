"""How every script that trains a model calls the trainer, and leaves its course."""

from pathlib import Path

import pandas as pd

from inr2vec_core.described import fingerprint
from inr2vec_core.storage import atomic
from inr2vec_core.training import Course, TrainSettings, train


def train_with(snakemake, task, seed: int, label: str, shards, *where: str) -> Course:
    """Train a task by the keys of `params.settings`, and write its history.

    Args:
        shards: the files that are trained on.
        where: parts of the checkpoint's name. It is outside the outputs, which Snakemake removes
            before it runs a killed job again.
    """
    course = train(
        task,
        TrainSettings(
            **{
                k: snakemake.params.settings[k]
                for k in ("epochs", "lr", "weight_decay", "schedule", "validate_every")
            }
        ),
        seed,
        label,
        Path("results/checkpoints", *where).with_suffix(".pt"),
        fingerprint(dict(snakemake.params.items()), shards),
    )
    with atomic(snakemake.output.history) as path:
        pd.DataFrame(course.history).to_parquet(path, index=False)
    return course
