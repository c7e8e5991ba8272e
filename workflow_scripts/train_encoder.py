"""Train inr2vec on a data set's INRs."""

from pathlib import Path

import pandas as pd
import torch
from _job import provenance, run, torch_device

from inr2vec_core.autoencoding import Autoencoding, AutoencodingSettings
from inr2vec_core.fitted import InrKind
from inr2vec_core.models import build_inr2vec, fingerprint, save_inr2vec
from inr2vec_core.queries import QueryMix
from inr2vec_core.seeding import derive_seed
from inr2vec_core.storage import atomic
from inr2vec_core.training import TrainSettings, train


def main(snakemake):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    device = torch_device(snakemake, settings["precision"])
    mix = {k: v for k, v in snakemake.params.queries.items() if k != "per_shape"}
    kind = InrKind.of(snakemake.input.inrs[0])
    architecture = {k: settings[k] for k in (
        "type", "hidden", "embedding", "decoder_hidden", "decoder_frequencies")}  # fmt: skip
    architecture["field"] = kind.field
    architecture["siren"] = {"width": kind.siren.width, "depth": kind.siren.depth}

    torch.manual_seed(derive_seed(seed, "encoder"))
    task = Autoencoding(
        build_inr2vec(architecture), snakemake.input.inrs, snakemake.input.shapes,
        QueryMix(**mix),
        AutoencodingSettings(**{k: settings[k] for k in (
            "batch", "queries", "buffer", "validation_shapes", "validation_points",
            "validation_resolution", "precision")}),
        seed, device, samplers=snakemake.threads if device.type == "cuda" else 1,
    )  # fmt: skip
    # Outside the outputs, which Snakemake removes before it runs a killed job again.
    w = snakemake.wildcards
    checkpoint = Path(f"results/checkpoints/{w.dataset}/{w.inr}/{w.encoder}.pt")
    course = train(
        task,
        TrainSettings(**{k: settings[k] for k in (
            "epochs", "lr", "weight_decay", "schedule", "validate_every")}),
        seed, f"inr2vec on {w.dataset}", checkpoint,
        fingerprint(dict(snakemake.params.items()), snakemake.input),
    )  # fmt: skip

    model, history = snakemake.output
    with atomic(history) as path:
        pd.DataFrame(course.history).to_parquet(path, index=False)
    save_inr2vec(
        task.model,
        architecture,
        model,
        best_epoch=course.best_epoch,
        best_chamfer=course.best_score,
        **provenance(snakemake),
    )


if __name__ == "__main__":
    run(main, snakemake)
