"""Collect a table of scores: tidy as CSV, and in the paper's layout as Markdown."""

import pandas as pd

from inr2vec_core.reporting.markdown import scores_markdown
from inr2vec_core.reporting.tables import add_paper_values, read_metrics, write_table
from workflow_scripts.common.job import run


def main(snakemake):
    params = snakemake.params
    table = read_metrics(snakemake.input, params.metrics)
    table.insert(1, "modality", table["dataset"].map(params.modalities))
    table["dataset"] = table["dataset"].map(params.titles)
    table = add_paper_values(table, pd.DataFrame(params.paper))
    text = f"# {params.title}\n\n" + scores_markdown(table)
    write_table(table, *snakemake.output, text, "%.2f")


if __name__ == "__main__":
    run(main, snakemake)
