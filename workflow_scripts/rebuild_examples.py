"""One test shape of each class: itself, rebuilt from its INR, and from its embedding."""

import numpy as np
import torch
from _job import provenance, run, torch_device

from inr2vec_core.choosing import one_of_each_class
from inr2vec_core.examples import Example, write_examples
from inr2vec_core.fitted import InrKind
from inr2vec_core.models import load_inr2vec
from inr2vec_core.progress import track
from inr2vec_core.rebuilding import rebuild, shape_or_none, size_like
from inr2vec_core.seeding import torch_stream
from inr2vec_core.streaming import ShardedShapes

MOST = 12


def main(snakemake):
    seed, source = snakemake.params.seed, snakemake.wildcards.source
    device = torch_device(snakemake)
    data = ShardedShapes(snakemake.input.inrs, snakemake.input.shapes)
    if "test" in data.split:
        data = ShardedShapes(snakemake.input.inrs, snakemake.input.shapes, ["test"])
    kind = InrKind.of(snakemake.input.inrs[0])
    models = {"INR": None}
    if source != "inr":
        models["embedding"] = load_inr2vec(snakemake.input.model[0]).to(device)

    examples = []
    index = one_of_each_class(data.class_name, data.shape_id, seed, MOST)
    for i in track(index, "rebuilding examples", unit="shape"):
        columns = data.read(np.array([i]), ("weights", "shapes"))
        weights, original = torch.from_numpy(columns["weights"]).to(device), columns["shapes"][0]
        size = size_like(original, None, snakemake.params.resolution)
        versions = {"original": original}
        for name, model in models.items():
            (field,) = kind.fields(weights, model)
            stream = torch_stream(seed, "figure", data.shape_id[i])
            versions[name] = shape_or_none(
                f"{data.shape_id[i]} from its {name}", rebuild, kind.field, field, size, stream,
                device,
            )  # fmt: skip
        examples.append(Example(data.shape_id[i], data.class_name[i], versions))
    write_examples(snakemake.output[0], examples, **provenance(snakemake))


if __name__ == "__main__":
    run(main, snakemake)
