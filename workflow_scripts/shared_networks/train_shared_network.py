"""Train one network that represents all training shapes of a data set."""

import torch

from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.modalities import modality
from inr2vec_core.models.shared_network import build_shared_model, digest_of_shapes
from inr2vec_core.tasks.shared_networks.task import (
    SharedNetworkSettings,
    SharedNetworkTask,
    training_shapes,
)
from inr2vec_core.utils.seeding import derive_seed
from inr2vec_core.utils.timing import name_of
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.training import save_trained, train_with


def main(snakemake):
    settings, dataset = snakemake.params.settings, snakemake.params.dataset
    files, seed, w = snakemake.input.shapes, snakemake.params.seed, snakemake.wildcards
    device = torch_device(snakemake, settings["precision"])
    shapes = training_shapes(files, settings["copies"])
    description = {
        "network": settings["type"],
        "embedding": settings["embedding"],
        "options": settings["options"],
        "field": dataset["field"],
        "shapes": len(shapes),
        "trained_on": digest_of_shapes(shapes.shape_id),
    }
    torch.manual_seed(derive_seed(seed, "shared network"))
    task = SharedNetworkTask(
        build_shared_model(description), shapes, files,
        QuerySampling.from_config(dataset["queries"]), SharedNetworkSettings.from_config(settings),
        modality(dataset["field"]).n_stored_queries(dataset), seed, device,
    )  # fmt: skip
    label = f"{w.encoder} on {w.dataset}"
    result = train_with(snakemake, task, seed, label, files, w.dataset, "shared", w.encoder)
    if settings.get("iso_level") == "validated":
        task.calibrate_iso_level()
    description["shift"] = task.model.shift
    save_trained(
        snakemake, task, result, description, label,
        parameters=task.model.network.n_parameters(), threads=torch.get_num_threads(),
        device=name_of(device),
    )  # fmt: skip


if __name__ == "__main__":
    run(main, snakemake)
