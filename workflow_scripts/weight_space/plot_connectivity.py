"""Losses on the lines between two INRs of a shape, a panel for each shape."""

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.weight_space import plot_lines
from workflow_scripts.common.job import run


def main(snakemake):
    known, lines = dict(snakemake.params.rows), []
    for file in snakemake.input:
        frame = read_frame(file)
        where = known[frame.attrs["dataset"], frame.attrs["inr"]]
        lines.append((f"{frame.attrs['inr']} ({where['init']})", where["title"], frame))
    with atomic(snakemake.output[0]) as path:
        plot_lines(lines, path)


if __name__ == "__main__":
    run(main, snakemake)
