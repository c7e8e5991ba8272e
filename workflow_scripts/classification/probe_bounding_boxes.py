"""A random forest on the shapes' bounding boxes: what proportions alone give away."""

from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.tasks.classification.probes import probe_bounding_boxes
from workflow_scripts.common.job import run
from workflow_scripts.common.results import write_classification


def main(snakemake):
    data = ShardedShapes(snakemake.input, snakemake.input)
    seed = int(snakemake.wildcards.seed)
    labeled, scores = probe_bounding_boxes(data, snakemake.params.settings["trees"], seed)
    write_classification(snakemake, labeled, scores, seed)


if __name__ == "__main__":
    run(main, snakemake)
