"""Train an encoder, with its decoder, on a data set's INRs."""

import json

import torch

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.checkpoint_key import hash_arrays
from inr2vec_core.io.checkpoints import save_model
from inr2vec_core.io.hdf5 import open_shard
from inr2vec_core.models.inr2vec import build_inr2vec, load_inr2vec_as
from inr2vec_core.tasks.autoencoding.task import Inr2vecSettings, Inr2vecTask
from inr2vec_core.utils.seeding import derive_seed
from workflow_scripts.common.job import provenance, run, torch_device
from workflow_scripts.common.training import train_with


def main(snakemake):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    inputs = snakemake.input
    device = torch_device(snakemake, settings["precision"])
    spec = InrSpec.of_all(inputs.inrs)
    architecture = {k: settings[k] for k in snakemake.params.described}
    beside, first_steps, shared = {}, "{}", None
    if inputs.init:
        init = SharedInit.read(inputs.init[0])
        if init.id != spec.init:
            raise InputError(f"{init.path} is not what the INRs start from: fit them anew")
        beside, first_steps = init.beside_a_model()
        shared = torch.from_numpy(init.weights).to(device)
    started = load_inr2vec_as(inputs.start[0], architecture, spec) if inputs.start else None
    architecture |= {"field": spec.modality.name, "init": spec.init}
    architecture["siren"] = {"width": spec.siren.width, "depth": spec.siren.depth}

    torch.manual_seed(derive_seed(seed, "encoder"))
    model, seen = build_inr2vec(architecture), ""
    if started:
        weights = started.state_dict()
        model.load_state_dict(weights)
        seen = hash_arrays(*(tensor.numpy() for tensor in weights.values()))
    task = Inr2vecTask(
        model, inputs.inrs, inputs.shapes, QuerySampling.from_config(snakemake.params.queries),
        Inr2vecSettings.from_config(settings),
        seed, device, samplers=snakemake.threads if device.type == "cuda" else 1,
        calibrate=not started, init=shared,
    )  # fmt: skip
    w = snakemake.wildcards
    result = train_with(
        snakemake, task, seed, f"{w.encoder} on {w.dataset}", [*inputs.inrs, *inputs.shapes],
        w.dataset, w.inr, w.encoder, seen=seen,
    )  # fmt: skip
    if settings.get("iso_level") == "validated":
        task.calibrate_iso_level()
    with open_shard(inputs.inrs[0]) as file:
        fit = file.attrs["settings"]  # with init, queries and shapes all that new INRs need
    save_model(
        task.model,
        {**architecture, "shift": task.model.shift},
        snakemake.output.model,
        beside,
        first_steps=first_steps,
        fit=fit,
        queries=json.dumps(snakemake.params.queries),
        shapes=json.dumps(snakemake.params.shapes),
        best_epoch=result.best_epoch,
        best_chamfer=result.best_score,
        **provenance(snakemake),
    )


if __name__ == "__main__":
    run(main, snakemake)
