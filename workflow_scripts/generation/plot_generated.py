"""Samples of generators: one class below another, at several epochs or at the best one."""

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.shape_sets import read_shape_sets
from inr2vec_core.reporting.shape_figures import plot_shape_rows
from workflow_scripts.common.job import run


def main(snakemake):
    rows = []
    for name, file in zip(snakemake.params.names, snakemake.input, strict=True):
        # Samples at some epochs; the best epoch is the last.
        epochs = [s for s in read_shape_sets(file) if not s.is_draw]
        if not snakemake.params.every_epoch:
            epochs = epochs[-1:]
        rows += [(f"{name}\n{epoch.name}", epoch.shapes) for epoch in epochs]
    with atomic(snakemake.output[0]) as path:
        plot_shape_rows(rows, path, snakemake.params.title)


if __name__ == "__main__":
    run(main, snakemake)
