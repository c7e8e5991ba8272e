"""Train inr2vec on a data set's INRs."""

import torch
from _job import provenance, run, torch_device
from _training import train_with

from inr2vec_core.autoencoding import Autoencoding, AutoencodingSettings
from inr2vec_core.fitted import InrKind
from inr2vec_core.models import build_inr2vec, save_inr2vec
from inr2vec_core.queries import QueryMix
from inr2vec_core.seeding import derive_seed


def main(snakemake):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    device = torch_device(snakemake, settings["precision"])
    mix = {k: v for k, v in snakemake.params.queries.items() if k != "per_shape"}
    kind = InrKind.of(snakemake.input.inrs[0])
    architecture = {k: settings[k] for k in (
        "type", "hidden", "embedding", "options", "decoder_hidden",
        "decoder_frequencies")}  # fmt: skip
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
    w = snakemake.wildcards
    course = train_with(
        snakemake, task, seed, f"inr2vec on {w.dataset}", snakemake.input,
        w.dataset, w.inr, w.encoder,
    )  # fmt: skip
    if settings.get("decoded_level") == "validated":
        task.settle_level()
    save_inr2vec(
        task.model,
        {**architecture, "shift": task.model.shift},
        snakemake.output.model,
        best_epoch=course.best_epoch,
        best_chamfer=course.best_score,
        **provenance(snakemake),
    )


if __name__ == "__main__":
    run(main, snakemake)
