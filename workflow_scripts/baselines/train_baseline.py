"""Train one of the specialized networks to classify a data set's shapes."""

import torch

from inr2vec_core.baselines.registry import baseline_of, build_classifier
from inr2vec_core.baselines.task import NetworkSettings, ShapeClassification
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.shapes.augmentation import name_of_online
from inr2vec_core.utils.seeding import derive_seed
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.training import save_trained, train_with


def main(snakemake):
    settings, seed, w = snakemake.params.settings, snakemake.params.seed, snakemake.wildcards
    device, shards = torch_device(snakemake, settings["precision"]), snakemake.input.shapes
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
        NetworkSettings.from_config(settings),
        seed, device,
    )  # fmt: skip
    label = f"{w.baseline} on {w.dataset}, seed {w.seed}"
    result = train_with(
        snakemake, task, seed, label, shards, w.dataset, "baselines", w.baseline, f"seed{w.seed}"
    )
    augmentation = name_of_online(settings["augment"])
    save_trained(snakemake, task, result, description, label, augmentation=augmentation)


if __name__ == "__main__":
    run(main, snakemake)
