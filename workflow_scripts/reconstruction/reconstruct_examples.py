"""One test shape of each class: itself, reconstructed from its INR, and from its embedding."""

import numpy as np

from inr2vec_core.io.shape_sets import Example, write_examples
from inr2vec_core.shapes.selection import select_per_class
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import torch_stream
from workflow_scripts.common.fields import fields_of_job
from workflow_scripts.common.job import provenance, run, torch_device

MOST = 12


def main(snakemake):
    seed, method = snakemake.params.seed, snakemake.wildcards.method
    device = torch_device(snakemake)
    decoded, sources = fields_of_job(snakemake, device), {}
    if not snakemake.input.get("codes"):
        sources["INR"] = fields_of_job(snakemake, device, decoded=False)
    if method != "inr":
        sources["embedding"] = decoded
    data, modality = decoded.data, decoded.modality
    rows = np.flatnonzero(np.array(data.split) == "test")
    rows = rows if len(rows) else np.arange(len(data))
    names = [[values[i] for i in rows] for values in (data.class_name, data.shape_id)]

    examples = []
    index = rows[select_per_class(*names, seed, MOST, 1)]
    for i in track(index, "reconstructing examples", unit="shape"):
        original = data.read(np.array([i]), ("shapes",))["shapes"][0]
        size = original.matching_size(None, snakemake.params.resolution)
        versions = {"original": original}
        for name, source in sources.items():
            stream = torch_stream(seed, "figure", data.shape_id[i])
            label = f"{data.shape_id[i]} from its {name}"
            field = source.field(i)
            versions[name] = modality.try_reconstruct(field, size, stream, device, label=label)
        examples.append(Example(data.shape_id[i], data.class_name[i], versions))
    write_examples(snakemake.output[0], examples, **provenance(snakemake))


if __name__ == "__main__":
    run(main, snakemake)
