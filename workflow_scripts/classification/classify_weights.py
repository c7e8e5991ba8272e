"""Train the classifier of embeddings on the plain INR weights: what labels can find in them."""

from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.tasks.classification.probes import standardized_weights
from workflow_scripts.common.classifying import classify_and_write
from workflow_scripts.common.job import run


def main(snakemake):
    classify_and_write(snakemake, standardized_weights(ShardedShapes(snakemake.input)))


if __name__ == "__main__":
    run(main, snakemake)
