"""Samples of a generator at several epochs, of the same noise, one class below another."""

from _job import run

from inr2vec_core.figures import plot_shape_rows
from inr2vec_core.generation.sets import is_draw, read_sets
from inr2vec_core.storage import atomic


def main(snakemake):
    rows = []
    for name, file in zip(snakemake.params.classes, snakemake.input, strict=True):
        sets = read_sets(file)
        rows += [
            (f"{name}\n{epoch}", shapes) for epoch, shapes in sets.items() if not is_draw(epoch)
        ]
    with atomic(snakemake.output[0]) as path:
        plot_shape_rows(rows, path, snakemake.params.title)


if __name__ == "__main__":
    run(main, snakemake)
