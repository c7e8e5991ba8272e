"""A linear probe on the plain INR weights: what a classifier can read without any encoder."""

from _job import run
from _results import write_classification
from threadpoolctl import threadpool_limits

from inr2vec_core.probes import probe_weights
from inr2vec_core.streaming import ShardedShapes


def main(snakemake):
    data = ShardedShapes(snakemake.input)
    with threadpool_limits(snakemake.threads):
        labelled, scores, regularisation = probe_weights(
            data, snakemake.params.settings["components"]
        )
    write_classification(
        snakemake, labelled, scores, int(snakemake.wildcards.seed), regularisation=regularisation
    )


if __name__ == "__main__":
    run(main, snakemake)
