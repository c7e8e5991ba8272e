"""t-SNE map of the test embeddings."""

from sklearn.manifold import TSNE

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.embeddings import read_embeddings
from inr2vec_core.reporting.plots import plot_scatter
from workflow_scripts.common.job import run


def main(snakemake):
    data = read_embeddings(snakemake.input[0])
    test = data.split == "test"
    x = data.x[test].astype("float64")
    perplexity = min(30, (len(x) - 1) / 3)
    xy = TSNE(perplexity=perplexity, init="pca", random_state=snakemake.params.seed % 2**32)
    with atomic(snakemake.output[0]) as path:
        plot_scatter(
            xy.fit_transform(x),
            data.labels[test],
            data.classes,
            path,
            f"{snakemake.params.title}: t-SNE of the test embeddings",
        )


if __name__ == "__main__":
    run(main, snakemake)
