"""Train the classifier of embeddings on the plain INR weights: what labels can find in them."""

from _classifying import classify_and_write
from _job import run

from inr2vec_core.probes import standardised_weights
from inr2vec_core.streaming import ShardedShapes


def main(snakemake):
    classify_and_write(snakemake, standardised_weights(ShardedShapes(snakemake.input)))


if __name__ == "__main__":
    run(main, snakemake)
