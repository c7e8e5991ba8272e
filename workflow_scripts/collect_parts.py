"""List the parts that the training shapes of a data set have, by class."""

from _job import run

from inr2vec_core.segmentation.clouds import part_labels
from inr2vec_core.segmentation.parts import Parts
from inr2vec_core.streaming import ShardedShapes


def main(snakemake):
    shards = snakemake.input.shapes
    train = ShardedShapes(shards, shards, ["train"], copies=False)
    Parts.of(part_labels(train)).write(snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
