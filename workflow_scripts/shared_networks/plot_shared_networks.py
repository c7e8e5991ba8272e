"""Shapes as they are, from individual INRs and from shared networks: known to these, and new."""

import numpy as np

from inr2vec_core.io.atomic import atomic
from inr2vec_core.reporting.shape_figures import plot_shape_grid
from inr2vec_core.shapes.selection import select_per_class
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import torch_stream
from workflow_scripts.common.fields import load_fields
from workflow_scripts.common.job import run, torch_device

EACH = 4  # shapes of each split


def main(snakemake):
    params, inputs = snakemake.params, snakemake.input
    device = torch_device(snakemake)
    inrs = load_fields(device, inputs.shapes, inputs.inrs)
    sources = {"INR": inrs}
    for name, model, codes in zip(params.names, inputs.models, inputs.codes, strict=True):
        sources[name] = load_fields(device, inputs.shapes, model=model, codes=codes)
    shown = []
    for i in track(examples(inrs.data, params.seed), "reconstructing", unit="shape"):
        original = inrs.data.read(np.array([i]), ("shapes",))["shapes"][0]
        name, split = inrs.data.shape_id[i], inrs.data.split[i]
        size = original.matching_size(None, params.resolution)
        versions = [original]
        for label, source in sources.items():
            field = source.field(source.data.shape_id.index(name))
            stream = torch_stream(params.seed, "figure", name)
            versions.append(
                inrs.modality.try_reconstruct(field, size, stream, device, label=f"{name}, {label}")
            )
        kind = "trained on" if split == "train" else "new"
        shown.append((f"{inrs.data.class_name[i]} ({kind})", versions))
    labels = [name.replace("_", "\n") for name in sources]  # or they run into each other
    with atomic(snakemake.output[0]) as path:
        plot_shape_grid(shown, ["original", *labels], path, params.title)


def examples(data, seed: int) -> list[int]:
    """Rows of some originals of the training split, then of the test split, of as many classes."""
    rows = []
    for split in ("train", "test"):
        here = [
            i
            for i, found in enumerate(data.split)
            if found == split and "@" not in data.shape_id[i]
        ]
        names = [[column[i] for i in here] for column in (data.class_name, data.shape_id)]
        rows += [here[k] for k in select_per_class(*names, seed, EACH, 1)]
    return rows


if __name__ == "__main__":
    run(main, snakemake)
