"""How near the shapes that a mapping gives are to the true ones, on the test pairs."""

import numpy as np
import pandas as pd

from inr2vec_core.io.shapes_by_id import ShapesById
from inr2vec_core.reconstruction.evaluate import RECONSTRUCTION_METRICS, reconstruction_metrics
from inr2vec_core.shapes.selection import select
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import numpy_stream
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.mapping import load_methods, read_pairs
from workflow_scripts.common.results import write_frame


def main(snakemake):
    inputs, settings, seed = snakemake.input, snakemake.params.settings, snakemake.params.seed
    w, device = snakemake.wildcards, torch_device(snakemake)
    pairs, shared = read_pairs(inputs, w.mapping)
    methods = load_methods(inputs, pairs, settings["resolution"], seed, device)
    sources, targets = ShapesById(inputs.source_shapes), ShapesById(inputs.target_shapes)
    test = np.flatnonzero(pairs.split == "test")
    chosen = test[select([pairs.source_id[i] for i in test], settings["shapes"], seed, "mapping")]
    rows = []
    for i in track(chosen, f"{w.mapping} by {w.method}", unit="shape"):
        name, target = pairs.source_id[i], targets.read(pairs.target_id[i])
        made = methods.shape(w.method, i, sources.read(name), target)
        near = reconstruction_metrics(
            target, made, settings["points"], numpy_stream(seed, "mapping", name)
        )
        rows.append({"shape_id": name, "class": pairs.class_name[i], "shared_frame": shared} | near)
    columns = ["shape_id", "class", "shared_frame", *RECONSTRUCTION_METRICS]
    write_frame(snakemake.output[0], pd.DataFrame(rows, columns=columns), w)


if __name__ == "__main__":
    run(main, snakemake)
