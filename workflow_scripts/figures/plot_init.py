"""Quality of INRs fitted in different ways, over the seconds that each took."""

from inr2vec_core.io.atomic import atomic
from inr2vec_core.reporting.init_figure import plot_inits
from inr2vec_core.reporting.init_table import read_init_table
from workflow_scripts.common.job import run


def main(snakemake):
    params, inputs = snakemake.params, snakemake.input
    table = read_init_table(
        inputs.inrs, inputs.reconstructed, inputs.scores, params.shards, params.fits, params.titles
    )
    with atomic(snakemake.output[0]) as path:
        plot_inits(table, params.encoders, path)


if __name__ == "__main__":
    run(main, snakemake)
