"""Inference times over the size of clouds."""

import pandas as pd
from _job import run

from inr2vec_core.figures import plot_times
from inr2vec_core.storage import atomic


def main(snakemake):
    table = pd.read_parquet(snakemake.input[0])
    with atomic(snakemake.output[0]) as path:
        plot_times(table, path, f"{snakemake.params.title} ({table['device'].iloc[0]})")


if __name__ == "__main__":
    run(main, snakemake)
