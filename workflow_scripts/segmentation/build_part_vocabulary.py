"""List the parts that the training shapes of a data set have, by class."""

from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.tasks.segmentation.labeled_clouds import part_labels
from inr2vec_core.tasks.segmentation.parts import Parts
from workflow_scripts.common.job import run


def main(snakemake):
    shards = snakemake.input.shapes
    train = ShardedShapes(shards, shards, ["train"], copies=False)
    Parts.of(part_labels(train)).write(snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
