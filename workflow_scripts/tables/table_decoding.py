"""Collect a table of encoders by their decoded shapes and their scores: CSV and Markdown."""

import pandas as pd

from inr2vec_core.io.frames import read_frame
from inr2vec_core.io.sealed import read_json
from inr2vec_core.reporting.decoding_table import decoding_markdown, decoding_rows
from inr2vec_core.reporting.tables import write_table
from workflow_scripts.common.job import run


def main(snakemake):
    params, inputs = snakemake.params, snakemake.input
    table = decoding_rows(
        [read_frame(file) for file in inputs.reconstructed],
        [read_json(file) for file in inputs.scores],
        params.starts, params.titles, params.modalities, pd.DataFrame(params.paper),
    )  # fmt: skip
    text = f"# {params.title}\n\n" + decoding_markdown(table)
    write_table(table, *snakemake.output, text, "%.6g")


if __name__ == "__main__":
    run(main, snakemake)
