"""Train an auto-encoder of clouds, and embed every cloud of the data set with it."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch
from _job import provenance, run, torch_device

from inr2vec_core.baselines.inputs import CloudInput
from inr2vec_core.baselines.networks import build_autoencoder
from inr2vec_core.baselines.task import CloudAutoencoding, NetworkSettings, embed_clouds
from inr2vec_core.embeddings import write_embeddings
from inr2vec_core.models import fingerprint, save_described
from inr2vec_core.seeding import derive_seed
from inr2vec_core.storage import atomic
from inr2vec_core.streaming import ShardedShapes
from inr2vec_core.training import TrainSettings, flatness_of_distance, train


def main(snakemake):
    settings, seed, w = snakemake.params.settings, snakemake.params.seed, snakemake.wildcards
    device, shards = torch_device(snakemake, settings["precision"]), snakemake.input
    description = {k: settings[k] for k in ("type", "embedding", "points", "neighbours")}
    torch.manual_seed(derive_seed(seed, "autoencoder"))
    task = CloudAutoencoding(
        build_autoencoder(description), CloudInput(settings["points"], jitter=0),
        *(ShardedShapes(shards, shards, [split], copies=False) for split in ("train", "val")),
        NetworkSettings(**{k: settings[k] for k in ("batch", "buffer", "precision")}),
        seed, device,
    )  # fmt: skip
    # Outside the outputs, which Snakemake removes before it runs a killed job again.
    checkpoint = Path(f"results/checkpoints/{w.dataset}/autoencoders/{w.autoencoder}.pt")
    course = train(
        task,
        TrainSettings(**{k: settings[k] for k in (
            "epochs", "lr", "weight_decay", "schedule", "validate_every")}),
        seed, f"{w.autoencoder} on {w.dataset}", checkpoint,
        fingerprint(dict(snakemake.params.items()), shards),
    )  # fmt: skip
    flat = flatness_of_distance(course.history, task.score)
    flat.report(f"{w.autoencoder} on {w.dataset}")
    model, history, embeddings = snakemake.output
    with atomic(history) as path:
        pd.DataFrame(course.history).to_parquet(path, index=False)
    save_described(
        task.model, description, model, best_epoch=course.best_epoch,
        best_chamfer=course.best_score, late_gain=flat.gain, flat=flat.flat,
        **provenance(snakemake),
    )  # fmt: skip
    data = ShardedShapes(shards, shards, copies=False)
    x = np.concatenate(list(embed_clouds(task.model, task.inputs, data, seed, device)))
    write_embeddings(
        embeddings, data.shape_id, data.class_name, data.split, x, epochs=settings["epochs"],
        points=settings["points"], flat=flat.flat, **provenance(snakemake),
    )  # fmt: skip


if __name__ == "__main__":
    run(main, snakemake)
