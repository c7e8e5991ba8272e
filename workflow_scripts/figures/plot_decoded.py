"""Some test shapes: the original, reconstructed from its INR, and from its embedding."""

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.shape_sets import read_examples
from inr2vec_core.reporting.shape_figures import plot_shape_grid
from workflow_scripts.common.job import run

TITLES = {"original": "original", "INR": "from INR", "embedding": "from embedding"}


def main(snakemake):
    examples = read_examples(snakemake.input[0])
    versions = list(examples[0].versions)
    shown = [(e.class_name, [e.versions[v] for v in versions]) for e in examples]
    with atomic(snakemake.output[0]) as path:
        plot_shape_grid(shown, [TITLES[v] for v in versions], path, snakemake.params.title)


if __name__ == "__main__":
    run(main, snakemake)
