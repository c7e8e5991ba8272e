"""Reconstruct one shard's test shapes from their INRs, as the networks are tested on them."""

import numpy as np
import torch

from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import shape_columns
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import torch_stream
from workflow_scripts.common.job import provenance, run, torch_device


def main(snakemake):
    device, resolution = torch_device(snakemake), snakemake.params.resolution
    spec = InrSpec.of(snakemake.input.inrs)
    data = ShardedShapes([snakemake.input.inrs], [snakemake.input.shapes])
    tested = [i for i, split in enumerate(data.split) if split == "test"]
    rows, shapes, missing = [], [], []
    for i in track(tested, "reconstructing", unit="shape"):
        columns, name = data.read(np.array([i]), ("weights", "shapes")), data.shape_id[i]
        size = columns["shapes"][0].matching_size(None, resolution)
        (field,) = spec.fields(torch.from_numpy(columns["weights"]).to(device))
        # Streams keep their first names, so that figures stay as they were.
        stream = torch_stream(snakemake.params.seed, "rebuilt", name)
        shape = spec.modality.try_reconstruct(field, size, stream, device, label=name)
        if shape is None:
            missing.append(name)
        else:
            rows.append((name, data.class_name[i], "test"))
            shapes.append(shape)
    columns = {k: [row[n] for row in rows] for n, k in enumerate(("shape_id", "class", "split"))}
    columns |= shape_columns(shapes, spec.modality.shape_class)
    write_shard(snakemake.output[0], columns, missing=missing, **provenance(snakemake))


if __name__ == "__main__":
    run(main, snakemake)
