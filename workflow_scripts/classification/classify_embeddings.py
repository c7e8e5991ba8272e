"""Train a classifier on the embeddings of one data set; test the selected epoch's model."""

from inr2vec_core.io.embeddings import read_embeddings
from workflow_scripts.common.classifying import classify_and_write
from workflow_scripts.common.job import run


def main(snakemake):
    classify_and_write(snakemake, read_embeddings(snakemake.input[0]))


if __name__ == "__main__":
    run(main, snakemake)
