"""The same test shapes from the embeddings of several encoders."""

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.shape_sets import read_examples
from inr2vec_core.reporting.shape_figures import plot_shape_grid
from workflow_scripts.common.job import run


def main(snakemake):
    params = snakemake.params
    examples = [read_examples(file) for file in snakemake.input]
    shown = [
        (same[0].class_name, [same[0].versions["original"], same[0].versions["INR"],
                              *(example.versions["embedding"] for example in same)])
        for same in zip(*examples, strict=True)
    ]  # fmt: skip
    versions = ["original", "from INR", *params.methods]
    with atomic(snakemake.output[0]) as path:
        plot_shape_grid(shown, versions, path, params.title)


if __name__ == "__main__":
    run(main, snakemake)
