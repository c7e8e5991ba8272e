"""What the nearest neighbours among the test embeddings are worth."""

from _job import run
from _results import write_json

from inr2vec_core.embeddings import read_embeddings
from inr2vec_core.retrieval import retrieval_scores


def main(snakemake):
    data = read_embeddings(snakemake.input[0])
    test = data.split == "test"
    w = snakemake.wildcards
    write_json(snakemake.output[0], {
        "dataset": w.dataset, "inr": w.inr, "method": w.embedder, "n_test": int(test.sum()),
        **retrieval_scores(data.x[test], data.labels[test]),
    })  # fmt: skip


if __name__ == "__main__":
    run(main, snakemake)
