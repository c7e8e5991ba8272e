"""Training curves of an encoder."""

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.plots import plot_training_curves
from workflow_scripts.common.job import run


def main(snakemake):
    history = read_frame(snakemake.input[0])
    with atomic(snakemake.output[0]) as path:
        plot_training_curves(
            history, path, f"{snakemake.params.title}: training", ("loss", "chamfer")
        )


if __name__ == "__main__":
    run(main, snakemake)
