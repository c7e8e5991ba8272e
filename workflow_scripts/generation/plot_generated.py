"""Samples of generators: one class below another, at several epochs or at the best one."""

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.shape_sets import is_draw, read_sets
from inr2vec_core.reporting.figures import plot_shape_rows
from workflow_scripts.common.job import run


def main(snakemake):
    rows = []
    for name, file in zip(snakemake.params.names, snakemake.input, strict=True):
        sets = read_sets(file)
        epochs = [epoch for epoch in sets if not is_draw(epoch)]  # the best one is the last
        if not snakemake.params.every_epoch:
            epochs = epochs[-1:]
        rows += [(f"{name}\n{epoch}", sets[epoch]) for epoch in epochs]
    with atomic(snakemake.output[0]) as path:
        plot_shape_rows(rows, path, snakemake.params.title)


if __name__ == "__main__":
    run(main, snakemake)
