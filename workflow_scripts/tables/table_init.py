"""Collect the table of INRs fitted in different ways: tidy as CSV, side by side as Markdown."""

from inr2vec_core.reporting.init_table import init_markdown, read_init_table
from inr2vec_core.reporting.tables import write_table
from workflow_scripts.common.job import run


def main(snakemake):
    params, inputs = snakemake.params, snakemake.input
    table = read_init_table(
        inputs.inrs, inputs.reconstructed, inputs.scores, params.shards, params.fits, params.titles
    )
    text = "# INRs fitted in different ways\n\n" + init_markdown(table)
    write_table(table, *snakemake.output, text, "%.6g")


if __name__ == "__main__":
    run(main, snakemake)
