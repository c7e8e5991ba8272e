"""Write one shape, rebuilt from its INR or embedding, as a file for other programs."""

import numpy as np
import torch
from _exporting import export
from _job import run, torch_device

from inr2vec_core.errors import InputError
from inr2vec_core.fitted import InrKind
from inr2vec_core.models import load_inr2vec
from inr2vec_core.seeding import torch_stream
from inr2vec_core.streaming import ShardedShapes


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
    kind = InrKind.of(snakemake.input.inrs)
    model = load_inr2vec(snakemake.input.model[0]).to(device) if w.source != "inr" else None
    (field,) = kind.fields(weights, model)
    stream = torch_stream(snakemake.params.seed, "export", w.shape)
    export(snakemake, f"{w.shape} from {w.source}", kind.field, field, stream, device)


if __name__ == "__main__":
    run(main, snakemake)
