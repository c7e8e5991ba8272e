"""Validation accuracy of the specialized networks over the epochs of their trainings."""

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.plots import plot_validation_accuracy
from workflow_scripts.common.job import run


def main(snakemake):
    curves = {}
    for name, file in zip(snakemake.params.names, snakemake.input, strict=True):
        curves.setdefault(name, []).append(read_frame(file).dropna(subset=["accuracy"]))
    with atomic(snakemake.output[0]) as path:
        plot_validation_accuracy(curves, path, snakemake.params.title)


if __name__ == "__main__":
    run(main, snakemake)
