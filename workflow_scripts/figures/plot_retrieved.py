"""Test shapes and their five nearest in embedding space."""

import numpy as np

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.embeddings import read_embeddings
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.reporting.shape_figures import plot_retrieved
from inr2vec_core.shapes.selection import select_per_class
from inr2vec_core.tasks.classification.retrieval import nearest_neighbors
from workflow_scripts.common.job import run

MOST, NEAREST = 8, 5


def main(snakemake):
    data = read_embeddings(snakemake.input.embeddings)
    test = np.flatnonzero(data.split == "test")
    ids = [data.shape_id[i] for i in test]
    names = [data.classes[data.labels[i]] for i in test]
    found = nearest_neighbors(data.x[test], min(NEAREST, len(test) - 1))

    shapes = ShardedShapes(snakemake.input.shapes, snakemake.input.shapes, ["test"])
    place = {shape_id: i for i, shape_id in enumerate(shapes.shape_id)}
    queries = []
    for i in select_per_class(names, ids, snakemake.params.seed, MOST, 1):
        row = [i, *found[i]]
        drawn = shapes.read(np.array([place[ids[k]] for k in row]), ["shapes"])["shapes"]
        queries.append((names[i], list(zip([names[k] for k in row], drawn, strict=True))))
    with atomic(snakemake.output[0]) as path:
        plot_retrieved(queries, path, snakemake.params.title)


if __name__ == "__main__":
    run(main, snakemake)
