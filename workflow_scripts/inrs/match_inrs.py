"""Put the hidden units of a shard's INRs in the places that git re-basin finds for them."""

import logging

import numpy as np
import torch

from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.hdf5 import IDENTITY, open_shard, read_strings, write_shard
from inr2vec_core.tasks.weight_space.matching import match_inrs
from workflow_scripts.common.job import provenance, run, torch_device


def main(snakemake):
    inputs, siren = snakemake.input, InrSpec.of(snakemake.input.inrs).siren
    torch_device(snakemake)
    with open_shard(inputs.reference) as file:
        reference = reference_of(file)
    with open_shard(inputs.inrs) as file:
        columns = {name: read_strings(file[name]) for name in IDENTITY}
        weights, loss = file["weights"][:], file["loss"][:]
        attrs = {name: file.attrs[name] for name in file.attrs}
    flat = torch.from_numpy(weights.astype(np.float32))
    matched, in_place = match_inrs(reference, flat, siren)
    logging.info("%.1f %% of the units stay in place", 100 * in_place.mean().item())
    columns |= {"weights": matched.numpy().astype(weights.dtype), "loss": loss}
    write_shard(snakemake.output[0], columns, **attrs | provenance(snakemake))


def reference_of(file):
    """Weights of the first training shape by its id, or of the first shape: (n_parameters,)."""
    ids, splits = (np.array(read_strings(file[name])) for name in ("shape_id", "split"))
    rows = np.flatnonzero(splits == "train")
    rows = rows if len(rows) else np.arange(len(ids))
    row = rows[np.argsort(ids[rows])[0]]
    return torch.from_numpy(file["weights"][int(row)].astype(np.float32))


if __name__ == "__main__":
    run(main, snakemake)
