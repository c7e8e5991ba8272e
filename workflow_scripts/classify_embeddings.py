"""Train a classifier on the embeddings of one data set; test the best validation model."""

from _classifying import classify_and_write
from _job import run

from inr2vec_core.embeddings import read_embeddings


def main(snakemake):
    classify_and_write(snakemake, read_embeddings(snakemake.input[0]))


if __name__ == "__main__":
    run(main, snakemake)
