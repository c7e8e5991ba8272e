"""Hit rates of nearest neighbours among the test embeddings."""

from _job import run
from _results import write_json

from inr2vec_core.embeddings import read_embeddings
from inr2vec_core.retrieval import hit_rates


def main(snakemake):
    data = read_embeddings(snakemake.input[0])
    test = data.split == "test"
    rates = hit_rates(data.x[test], data.labels[test])
    w = snakemake.wildcards
    write_json(snakemake.output[0], {
        "dataset": w.dataset, "inr": w.inr, "method": w.encoder, "n_test": int(test.sum()),
        **{f"hit@{k}": rate for k, rate in rates.items()},
    })  # fmt: skip


if __name__ == "__main__":
    run(main, snakemake)
