"""The codes of all shapes of a data set by a shared network, in the form of embeddings."""

import time

import numpy as np
import torch

from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.io.embeddings import write_embeddings
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.models.shared_network import load_shared_model
from inr2vec_core.tasks.shared_networks.inputs import InputsOfNewShapes
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import derive_seed
from inr2vec_core.utils.timing import name_of
from workflow_scripts.common.job import provenance, run, torch_device

AT_ONCE = 16


def main(snakemake):
    params, files = snakemake.params, snakemake.input.shapes
    device = torch_device(snakemake)
    model = load_shared_model(snakemake.input.model).to(device)
    modality, seed = model.modality, params.seed
    data = ShardedShapes(files, files, copies=params.settings["copies"]).sorted_by_id()
    is_training = np.array(data.split) == "train"
    codes = np.empty((len(data), params.settings["embedding"]), np.float32)
    known = model.codes_of_training([data.shape_id[i] for i in np.flatnonzero(is_training)])
    if known is not None:
        codes[is_training] = known.detach().cpu().numpy()
    new = np.flatnonzero(~is_training | (known is None))
    inputs = InputsOfNewShapes(
        model.network, modality, QuerySampling.from_config(params.dataset["queries"]),
        params.settings["queries"], modality.n_stored_queries(params.dataset), seed,
    )  # fmt: skip
    started = time.monotonic()
    parts = np.array_split(new, max(1, -(-len(new) // AT_ONCE)))
    for rows in track(parts, "representing shapes", unit="batch"):
        if len(rows):
            shapes = data.read(rows, ("shapes",))["shapes"]
            batch = inputs([data.shape_id[i] for i in rows], shapes).to(device)
            codes[rows] = model.represent(batch, derive_seed(seed, "new codes")).cpu().numpy()
    seconds = (time.monotonic() - started) / max(1, len(new))
    write_embeddings(
        snakemake.output[0], data.shape_id, data.class_name, data.split, codes,
        seconds_per_shape=seconds, device=name_of(device), threads=torch.get_num_threads(),
        **provenance(snakemake),
    )  # fmt: skip


if __name__ == "__main__":
    run(main, snakemake)
