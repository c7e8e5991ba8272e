"""Train one of the specialized networks to predict the parts of a data set's clouds."""

import torch

from inr2vec_core.baselines.registry import build_segmenter
from inr2vec_core.shapes.augmentation import name_of_online
from inr2vec_core.tasks.segmentation.labeled_clouds import PartDataset
from inr2vec_core.tasks.segmentation.parts import Parts
from inr2vec_core.tasks.segmentation.task import CloudSegmentationTask, SegmentationSettings
from inr2vec_core.utils.seeding import derive_seed
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.training import save_trained, train_with


def main(snakemake):
    settings, seed, w = snakemake.params.settings, snakemake.params.seed, snakemake.wildcards
    device, shards = torch_device(snakemake, settings["precision"]), snakemake.input.shapes
    parts = Parts.read(snakemake.input.parts)
    train, validation = (PartDataset(shards, [split], parts) for split in ("train", "val"))
    description = {
        **{k: settings[k] for k in ("type", "points", "neighbors")},
        "classes": parts.classes,
        "parts": len(parts),
    }
    torch.manual_seed(derive_seed(seed, "segmenter"))
    task = CloudSegmentationTask(
        build_segmenter(description), train, validation,
        SegmentationSettings.from_config(settings),
        seed, device,
    )  # fmt: skip
    label = f"{w.segmenter} on {w.dataset}, seed {w.seed}"
    result = train_with(
        snakemake, task, seed, label, shards, w.dataset, "segmenters", w.segmenter, f"seed{w.seed}"
    )
    augmentation = name_of_online(settings["augment"])
    save_trained(snakemake, task, result, description, label, augmentation=augmentation)


if __name__ == "__main__":
    run(main, snakemake)
