"""Train an encoder, with its decoder, on a data set's INRs."""

import torch

from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.checkpoints import save_model
from inr2vec_core.models.inr2vec import build_inr2vec
from inr2vec_core.tasks.autoencoding.task import Inr2vecSettings, Inr2vecTask
from inr2vec_core.utils.seeding import derive_seed
from workflow_scripts.common.job import provenance, run, torch_device
from workflow_scripts.common.training import train_with


def main(snakemake):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    device = torch_device(snakemake, settings["precision"])
    spec = InrSpec.of_all(snakemake.input.inrs)
    architecture = {k: settings[k] for k in (
        "type", "hidden", "embedding", "options", "decoder_hidden",
        "decoder_frequencies")}  # fmt: skip
    architecture |= {"field": spec.modality.name, "init": spec.init}
    architecture["siren"] = {"width": spec.siren.width, "depth": spec.siren.depth}

    torch.manual_seed(derive_seed(seed, "encoder"))
    task = Inr2vecTask(
        build_inr2vec(architecture), snakemake.input.inrs, snakemake.input.shapes,
        QuerySampling.from_config(snakemake.params.queries),
        Inr2vecSettings.from_config(settings),
        seed, device, samplers=snakemake.threads if device.type == "cuda" else 1,
    )  # fmt: skip
    w = snakemake.wildcards
    result = train_with(
        snakemake, task, seed, f"{w.encoder} on {w.dataset}", snakemake.input,
        w.dataset, w.inr, w.encoder,
    )  # fmt: skip
    if settings.get("iso_level") == "validated":
        task.calibrate_iso_level()
    save_model(
        task.model,
        {**architecture, "shift": task.model.shift},
        snakemake.output.model,
        best_epoch=result.best_epoch,
        best_chamfer=result.best_score,
        **provenance(snakemake),
    )


if __name__ == "__main__":
    run(main, snakemake)
