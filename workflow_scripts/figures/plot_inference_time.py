"""Inference times over the size of clouds."""

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.plots import plot_inference_time
from workflow_scripts.common.job import run


def main(snakemake):
    table = read_frame(snakemake.input[0])
    with atomic(snakemake.output[0]) as path:
        plot_inference_time(table, path, f"{snakemake.params.title} ({table['device'].iloc[0]})")


if __name__ == "__main__":
    run(main, snakemake)
