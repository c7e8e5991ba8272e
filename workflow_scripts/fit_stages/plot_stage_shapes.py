"""One shape, reconstructed after more and more steps of its fit: a row for each entry of INRs."""

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.shape_sets import read_examples
from inr2vec_core.reporting.fit_stages import fit_label
from inr2vec_core.reporting.shape_figures import plot_shape_grid
from workflow_scripts.common.job import run


def main(snakemake):
    examples = [read_examples(file)[0] for file in snakemake.input]
    rows = [list(example.versions.values()) for example in examples]
    labels = [f"{fit['title']}\n{fit_label(inr, fit)}" for (_, inr), fit in snakemake.params.fits]
    columns = [f"{name} steps" if name.isdigit() else name for name in examples[0].versions]
    shown = list(zip(columns, zip(*rows, strict=True), strict=True))
    with atomic(snakemake.output[0]) as path:
        plot_shape_grid(shown, labels, path, f"{examples[0].class_name}, along its fit")


if __name__ == "__main__":
    run(main, snakemake)
