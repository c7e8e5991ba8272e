"""Write one shape, reconstructed from its INR or embedding, as a file for other programs."""

import numpy as np
import torch

from inr2vec_core.errors import InputError
from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.models.inr2vec import fields_of, load_inr2vec
from inr2vec_core.utils.seeding import torch_stream
from workflow_scripts.common.exporting import export
from workflow_scripts.common.job import run, torch_device


def main(snakemake):
    w = snakemake.wildcards
    device = torch_device(snakemake)
    data = ShardedShapes([snakemake.input.inrs])
    if w.shape not in data.shape_id:
        raise InputError(
            f"{snakemake.input.inrs} has no INR of {w.shape}: it was set aside "
            f"(results/{w.dataset}/rejected.csv), or its fit diverged (the log of the shard's fit)"
        )
    index = np.array([data.shape_id.index(w.shape)])
    weights = torch.from_numpy(data.read(index, ("weights",))["weights"]).to(device)
    spec = InrSpec.of(snakemake.input.inrs)
    model = load_inr2vec(snakemake.input.model[0]).to(device) if w.method != "inr" else None
    (field,) = fields_of(spec, weights, model)
    stream = torch_stream(snakemake.params.seed, "export", w.shape)
    export(snakemake, f"{w.shape} from {w.method}", spec.modality, field, stream, device)


if __name__ == "__main__":
    run(main, snakemake)
