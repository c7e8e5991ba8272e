"""Embed every cloud of a data set with a trained auto-encoder."""

import numpy as np

from inr2vec_core.baselines.inputs import CloudInput
from inr2vec_core.baselines.registry import build_autoencoder
from inr2vec_core.baselines.task import embed_clouds
from inr2vec_core.io.checkpoints import load_model, read_metadata
from inr2vec_core.io.embeddings import write_embeddings
from inr2vec_core.io.sharded_dataset import ShardedShapes
from workflow_scripts.common.job import provenance, run, torch_device


def main(snakemake):
    device, shards = torch_device(snakemake), snakemake.input.shapes
    model, description = load_model(snakemake.input.model, build_autoencoder)
    data = ShardedShapes(shards, shards, copies=False)
    inputs = CloudInput(description["points"])
    x = np.concatenate(
        list(embed_clouds(model.to(device), inputs, data, snakemake.params.seed, device))
    )
    metadata = read_metadata(snakemake.input.model)
    training = {k: metadata[k] for k in ("epochs", "converged", "augmentation")}
    write_embeddings(
        snakemake.output[0], data.shape_id, data.class_name, data.split, x,
        n_points=description["points"], **training, **provenance(snakemake),
    )  # fmt: skip


if __name__ == "__main__":
    run(main, snakemake)
