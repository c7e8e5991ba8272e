"""A random forest on the shapes' bounding boxes: what proportions alone give away."""

from _job import run
from _results import write_classification

from inr2vec_core.probes import probe_bounding_boxes
from inr2vec_core.streaming import ShardedShapes


def main(snakemake):
    data = ShardedShapes(snakemake.input, snakemake.input)
    seed = int(snakemake.wildcards.seed)
    labelled, scores = probe_bounding_boxes(data, snakemake.params.settings["trees"], seed)
    write_classification(snakemake, labelled, scores, seed)


if __name__ == "__main__":
    run(main, snakemake)
