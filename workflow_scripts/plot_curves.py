"""The course of an encoder's training."""

import pandas as pd
from _job import run

from inr2vec_core.figures import plot_curves
from inr2vec_core.storage import atomic


def main(snakemake):
    history = pd.read_parquet(snakemake.input[0])
    with atomic(snakemake.output[0]) as path:
        plot_curves(history, path, f"{snakemake.params.title}: training", ("loss", "chamfer"))


if __name__ == "__main__":
    run(main, snakemake)
