"""Training curves of an encoder."""

import pandas as pd

from inr2vec_core.io.atomic import atomic
from inr2vec_core.reporting.plots import plot_training_curves
from workflow_scripts.common.job import run


def main(snakemake):
    history = pd.read_parquet(snakemake.input[0])
    with atomic(snakemake.output[0]) as path:
        plot_training_curves(
            history, path, f"{snakemake.params.title}: training", ("loss", "chamfer")
        )


if __name__ == "__main__":
    run(main, snakemake)
