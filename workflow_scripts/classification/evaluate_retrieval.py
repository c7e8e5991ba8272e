"""What the nearest neighbors among the test embeddings are worth."""

from inr2vec_core.io.checkpoints import parse_bool
from inr2vec_core.io.embeddings import read_embeddings, read_metadata
from inr2vec_core.io.sealed import write_json
from inr2vec_core.tasks.classification.retrieval import retrieval_scores
from workflow_scripts.common.job import run
from workflow_scripts.common.results import augmentation_of


def main(snakemake):
    data = read_embeddings(snakemake.input[0])
    test = data.split == "test"
    w = snakemake.wildcards
    write_json(snakemake.output[0], {
        "dataset": w.dataset, "inr": w.inr, "method": w.method, "n_test": int(test.sum()),
        "augmentation": augmentation_of(data),
        **retrieval_scores(data.x[test], data.labels[test]), **of_training(snakemake.input[0]),
    })  # fmt: skip


def of_training(embeddings):
    """What an auto-encoder's embeddings say of its training; nothing of inr2vec's."""
    known = read_metadata(embeddings)
    if "converged" not in known:
        return {}
    return {
        "converged": parse_bool(known["converged"]),
        "augmentation": known["augmentation"],
        **{k: int(known[k]) for k in ("epochs", "n_points")},
    }


if __name__ == "__main__":
    run(main, snakemake)
