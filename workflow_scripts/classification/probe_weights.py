"""A linear probe on the plain INR weights: what a classifier can read without any encoder."""

from threadpoolctl import threadpool_limits

from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.tasks.classification.probes import probe_weights
from workflow_scripts.common.job import run
from workflow_scripts.common.results import write_classification


def main(snakemake):
    data = ShardedShapes(snakemake.input)
    with threadpool_limits(snakemake.threads):
        labeled, scores, regularization = probe_weights(
            data, snakemake.params.settings["components"]
        )
    write_classification(
        snakemake, labeled, scores, int(snakemake.wildcards.seed), regularization=regularization
    )


if __name__ == "__main__":
    run(main, snakemake)
