"""Embed every INR of a data set with a trained encoder."""

import numpy as np
import torch

from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.embeddings import write_embeddings
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.models.inr2vec import embed, load_inr2vec_as
from inr2vec_core.utils.progress import track
from workflow_scripts.common.job import provenance, run, torch_device

CHUNK = 256


def main(snakemake):
    device = torch_device(snakemake, snakemake.params.precision)
    spec = InrSpec.of(snakemake.input.inrs[0])
    model = load_inr2vec_as(snakemake.input.model, snakemake.params.described, spec).to(device)
    data = ShardedShapes(snakemake.input.inrs)
    embeddings = []
    steps = track(data.in_order(CHUNK, ["weights"]), "embedding", -(-len(data) // CHUNK), "batch")
    for batch in steps:
        flat = torch.from_numpy(batch.columns["weights"]).to(device)
        embeddings.append(embed(model.encoder, flat).cpu().numpy())
    write_embeddings(
        snakemake.output[0], data.shape_id, data.class_name, data.split,
        np.concatenate(embeddings), **provenance(snakemake),
    )  # fmt: skip


if __name__ == "__main__":
    run(main, snakemake)
