"""Distances between the embeddings of shapes that were fitted several times."""

import pandas as pd
import torch

from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.hdf5 import open_shard, read_strings
from inr2vec_core.models.inr2vec import embed, load_inr2vec_as
from inr2vec_core.tasks.weight_space.repeatability import distance_matrix
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.results import write_frame


def main(snakemake):
    device, inputs = torch_device(snakemake), snakemake.input
    spec = InrSpec.of(inputs.inrs)
    model = load_inr2vec_as(inputs.model, snakemake.params.described, spec).to(device)
    with open_shard(inputs.inrs) as file:
        named = {"shape_id": read_strings(file["shape_id"]), "fit": file["fit"][:]}
        flat = torch.from_numpy(file["weights"][:]).to(device)
    distances = distance_matrix(embed(model.encoder, flat).cpu().numpy())
    columns = {str(k): column for k, column in enumerate(distances.T)}
    frame = pd.DataFrame(named | columns)
    write_frame(snakemake.output[0], frame, snakemake.wildcards)


if __name__ == "__main__":
    run(main, snakemake)
