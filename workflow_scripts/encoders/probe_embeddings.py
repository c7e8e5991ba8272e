"""A linear probe on embeddings: how plainly an encoder says what a shape is."""

from threadpoolctl import threadpool_limits

from inr2vec_core.io.embeddings import read_embeddings
from inr2vec_core.io.sealed import write_json
from inr2vec_core.tasks.classification.probes import probe_embeddings
from workflow_scripts.common.job import run
from workflow_scripts.common.results import augmentation_of


def main(snakemake):
    data, w = read_embeddings(snakemake.input[0]), snakemake.wildcards
    with threadpool_limits(snakemake.threads):
        accuracy = probe_embeddings(data)
    write_json(snakemake.output[0], {
        "dataset": w.dataset, "inr": w.inr, "method": w.encoder, "probe accuracy": accuracy,
        "augmentation": augmentation_of(data), "n_test": int((data.split == "test").sum()),
    })  # fmt: skip


if __name__ == "__main__":
    run(main, snakemake)
