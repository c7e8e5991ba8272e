"""Test shapes of a mapping: the source, what was made of it, and the true target."""

import numpy as np

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.shapes_by_id import ShapesById
from inr2vec_core.reporting.shape_figures import plot_shape_grid
from inr2vec_core.shapes.selection import select_per_class
from inr2vec_core.utils.progress import track
from workflow_scripts.common.job import run, torch_device
from workflow_scripts.common.mapping import load_methods, read_pairs

MOST, FEWEST = 12, 8  # shapes; of few classes several each
TITLES = {"decoded_target": "target's embedding"}


def main(snakemake):
    inputs, params, mapping = snakemake.input, snakemake.params, snakemake.wildcards.mapping
    device = torch_device(snakemake)
    pairs, _ = read_pairs(inputs, mapping)
    methods = load_methods(inputs, pairs, params.resolution, params.seed, device)
    sources, targets = ShapesById(inputs.source_shapes), ShapesById(inputs.target_shapes)
    test = np.flatnonzero(pairs.split == "test")
    ids, classes = [pairs.source_id[i] for i in test], pairs.class_name[test]
    each = max(1, FEWEST // len(set(classes)))
    chosen = test[select_per_class(classes, ids, params.seed, MOST, each)]
    shown = []
    for i in track(chosen, f"drawing {mapping}", unit="shape"):
        source, target = sources.read(pairs.source_id[i]), targets.read(pairs.target_id[i])
        made = [methods.shape(method, i, source, target) for method in params.methods]
        shown.append((pairs.class_name[i], [source, *made, target]))
    rows = ["source", *(TITLES.get(method, method) for method in params.methods), "target"]
    with atomic(snakemake.output[0]) as path:
        plot_shape_grid(shown, rows, path, params.title)


if __name__ == "__main__":
    run(main, snakemake)
