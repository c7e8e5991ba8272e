"""Some test shapes: the cloud, the cloud rebuilt from its INR, and from its embedding."""

import json

import numpy as np
import torch
from _job import run, torch_device

from inr2vec_core.autoencoding import decoded_udf, embed
from inr2vec_core.errors import BadShape
from inr2vec_core.fields import udf_from_outputs
from inr2vec_core.figures import plot_cloud_grid
from inr2vec_core.models import load_inr2vec
from inr2vec_core.reconstruction import CloudSettings, cloud_from_udf
from inr2vec_core.seeding import derive_seed, numpy_stream
from inr2vec_core.siren import SirenShape, evaluate
from inr2vec_core.storage import atomic, open_shard
from inr2vec_core.streaming import ShardedShapes

SHAPES = 12


def main(snakemake):
    torch_device(snakemake)
    seed = snakemake.params.seed
    with open_shard(snakemake.input.inrs[0]) as file:
        siren, loss = (json.loads(file.attrs[k]) for k in ("siren", "settings"))
    shape, loss = SirenShape(siren["width"], siren["depth"]), loss["loss"]
    model = load_inr2vec(snakemake.input.model)
    data = ShardedShapes(snakemake.input.inrs, snakemake.input.shapes, ["test"])
    index = one_of_each_class(data, seed)
    columns = data.read(index, ("weights", "points"))
    embeddings = embed(model.encoder, torch.from_numpy(columns["weights"]))

    shown = []
    for i, k in enumerate(index):
        flat = torch.from_numpy(columns["weights"][i : i + 1])
        fields = (
            lambda p, flat=flat: udf_from_outputs(evaluate(flat, p[None], shape)[0], loss),
            decoded_udf(model.decoder, embeddings[i]),
        )
        clouds = [rebuilt(f, derive_seed(seed, "figure", data.shape_id[k])) for f in fields]
        shown.append((data.class_name[k], [columns["points"][i], *clouds]))
    with atomic(snakemake.output[0]) as path:
        plot_cloud_grid(
            shown, ("original", "from INR", "from embedding"), path, snakemake.params.title
        )


def one_of_each_class(data, seed):
    order = numpy_stream(seed, "figure").permutation(len(data))
    first = {data.class_name[i]: i for i in order[::-1]}
    return np.array([first[name] for name in sorted(first)][:SHAPES])


def rebuilt(udf, seed, n=2048):
    try:
        return cloud_from_udf(
            udf, n, torch.Generator().manual_seed(seed), CloudSettings(rounds=60)
        ).numpy()
    except BadShape:
        return None


if __name__ == "__main__":
    run(main, snakemake)
