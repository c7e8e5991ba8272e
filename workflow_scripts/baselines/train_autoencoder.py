"""Train an auto-encoder of clouds."""

import torch

from inr2vec_core.baselines.inputs import CloudInput
from inr2vec_core.baselines.registry import build_autoencoder
from inr2vec_core.baselines.task import NetworkSettings, PointAutoencoderTask
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.shapes.augmentation import name_of_online
from inr2vec_core.utils.seeding import derive_seed
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.training import save_trained, train_with


def main(snakemake):
    settings, seed, w = snakemake.params.settings, snakemake.params.seed, snakemake.wildcards
    device, shards = torch_device(snakemake, settings["precision"]), snakemake.input.shapes
    description = {k: settings[k] for k in ("type", "embedding", "points", "neighbors")}
    torch.manual_seed(derive_seed(seed, "autoencoder"))
    task = PointAutoencoderTask(
        build_autoencoder(description), CloudInput(settings["points"], jitter=0),
        *(ShardedShapes(shards, shards, [split], copies=False) for split in ("train", "val")),
        NetworkSettings.from_config(settings),
        seed, device,
    )  # fmt: skip
    label = f"{w.autoencoder} on {w.dataset}"
    result = train_with(
        snakemake, task, seed, label, shards, w.dataset, "autoencoders", w.autoencoder
    )
    augmentation = name_of_online(settings["augment"])
    save_trained(snakemake, task, result, description, label, augmentation=augmentation)


if __name__ == "__main__":
    run(main, snakemake)
