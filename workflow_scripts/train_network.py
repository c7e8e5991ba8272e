"""Train one of the specialised networks to classify a data set's shapes."""

from pathlib import Path

import pandas as pd
import torch
from _job import provenance, run, torch_device

from inr2vec_core.baselines.networks import baseline_of, build_classifier
from inr2vec_core.baselines.task import NetworkSettings, ShapeClassification
from inr2vec_core.models import fingerprint, save_described
from inr2vec_core.seeding import derive_seed
from inr2vec_core.storage import atomic
from inr2vec_core.streaming import ShardedShapes
from inr2vec_core.training import TrainSettings, flatness_of_accuracy, train


def main(snakemake):
    settings, w = snakemake.params.settings, snakemake.wildcards
    seed, device = snakemake.params.seed, torch_device(snakemake, settings["precision"])
    shards = snakemake.input
    data = {
        split: ShardedShapes(shards, shards, [split], copies=False) for split in ("train", "val")
    }
    description = {
        **{k: settings[k] for k in ("type", *snakemake.params.described)},
        "resolution": snakemake.params.resolution,
        "classes": sorted(set(ShardedShapes(shards, shards, copies=False).class_name)),
    }
    torch.manual_seed(derive_seed(seed, "network"))
    task = ShapeClassification(
        build_classifier(description), baseline_of(description).inputs(description),
        data["train"], data["val"], description["classes"],
        NetworkSettings(**{k: settings[k] for k in ("batch", "buffer", "precision")}),
        seed, device,
    )  # fmt: skip
    # Outside the outputs, which Snakemake removes before it runs a killed job again.
    checkpoint = Path(f"results/checkpoints/{w.dataset}/networks/{w.network}/{w.seed}.pt")
    course = train(
        task,
        TrainSettings(**{k: settings[k] for k in (
            "epochs", "lr", "weight_decay", "schedule", "validate_every")}),
        seed, f"{w.network} on {w.dataset}", checkpoint,
        fingerprint(dict(snakemake.params.items()), shards),
    )  # fmt: skip
    flat = flatness_of_accuracy(course.history, task.score, len(data["val"]))
    flat.report(f"{w.network} on {w.dataset}, seed {w.seed}")
    model, history = snakemake.output
    with atomic(history) as path:
        pd.DataFrame(course.history).to_parquet(path, index=False)
    save_described(
        task.model, description, model, epochs=settings["epochs"], best_epoch=course.best_epoch,
        best_accuracy=course.best_score, late_gain=flat.gain, flat=flat.flat,
        **provenance(snakemake),
    )  # fmt: skip


if __name__ == "__main__":
    run(main, snakemake)
