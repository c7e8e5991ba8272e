"""Train the decoder that predicts the part of any point from a shape's embedding."""

import torch

from inr2vec_core.io.checkpoint_key import hash_arrays
from inr2vec_core.io.embeddings import embeddings_by_shape
from inr2vec_core.models.part_decoder import build_part_decoder
from inr2vec_core.shapes.augmentation import name_of_copies
from inr2vec_core.tasks.segmentation.labeled_clouds import PartDataset
from inr2vec_core.tasks.segmentation.parts import Parts
from inr2vec_core.tasks.segmentation.task import EmbeddingSegmentationTask, SegmentationSettings
from inr2vec_core.utils.seeding import derive_seed
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.training import save_trained, train_with


def main(snakemake):
    settings, seed, w = snakemake.params.settings, snakemake.params.seed, snakemake.wildcards
    device, shards = torch_device(snakemake, settings["precision"]), snakemake.input.shapes
    parts = Parts.read(snakemake.input.parts)
    embeddings = embeddings_by_shape(snakemake.input.embeddings)
    train = PartDataset(shards, ["train"], parts, copies=True, embedded=embeddings)
    validation = PartDataset(shards, ["val"], parts, embedded=embeddings)
    description = {
        "embedding": len(next(iter(embeddings.values()))),
        "classes": parts.classes,
        "parts": len(parts),
        "hidden": settings["decoder_hidden"],
        "frequencies": settings["decoder_frequencies"],
        "dropout": settings["dropout"],
    }
    torch.manual_seed(derive_seed(seed, "part decoder"))
    task = EmbeddingSegmentationTask(
        build_part_decoder(description), train, validation, embeddings,
        SegmentationSettings.from_config(settings, points=settings["queries"]),
        seed, device,
    )  # fmt: skip
    label = f"parts by {w.encoder} on {w.dataset}, seed {w.seed}"
    result = train_with(
        snakemake, task, seed, label, shards,
        w.dataset, "part_decoders", w.inr, w.encoder, f"seed{w.seed}",
        seen=hash_arrays(*embeddings.values()),
    )  # fmt: skip
    augmentation = name_of_copies(train.shape_id)
    save_trained(snakemake, task, result, description, label, augmentation=augmentation)


if __name__ == "__main__":
    run(main, snakemake)
