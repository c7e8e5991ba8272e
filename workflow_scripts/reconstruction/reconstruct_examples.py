"""One test shape of each class: itself, reconstructed from its INR, and from its embedding."""

import numpy as np
import torch

from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.shape_sets import Example, write_examples
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.models.inr2vec import fields_of, load_inr2vec
from inr2vec_core.shapes.selection import select_per_class
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import torch_stream
from workflow_scripts.common.job import provenance, run, torch_device

MOST = 12


def main(snakemake):
    seed, method = snakemake.params.seed, snakemake.wildcards.method
    device = torch_device(snakemake)
    data = ShardedShapes(snakemake.input.inrs, snakemake.input.shapes)
    if "test" in data.split:
        data = ShardedShapes(snakemake.input.inrs, snakemake.input.shapes, ["test"])
    spec = InrSpec.of(snakemake.input.inrs[0])
    models = {"INR": None}
    if method != "inr":
        models["embedding"] = load_inr2vec(snakemake.input.model[0]).to(device)

    examples = []
    index = select_per_class(data.class_name, data.shape_id, seed, MOST, 1)
    for i in track(index, "reconstructing examples", unit="shape"):
        columns = data.read(np.array([i]), ("weights", "shapes"))
        weights, original = torch.from_numpy(columns["weights"]).to(device), columns["shapes"][0]
        size = original.matching_size(None, snakemake.params.resolution)
        versions = {"original": original}
        for name, model in models.items():
            (field,) = fields_of(spec, weights, model)
            stream = torch_stream(seed, "figure", data.shape_id[i])
            label = f"{data.shape_id[i]} from its {name}"
            versions[name] = spec.modality.try_reconstruct(field, size, stream, device, label=label)
        examples.append(Example(data.shape_id[i], data.class_name[i], versions))
    write_examples(snakemake.output[0], examples, **provenance(snakemake))


if __name__ == "__main__":
    run(main, snakemake)
