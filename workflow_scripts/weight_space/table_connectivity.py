"""Collect the table of lines between INRs: tidy as CSV, and side by side as Markdown."""

import pandas as pd

from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.tables import write_table
from inr2vec_core.reporting.weight_space import connectivity_markdown
from inr2vec_core.tasks.weight_space.connectivity import connectivity_rows
from workflow_scripts.common.job import run


def main(snakemake):
    known, frames = dict(snakemake.params.rows), []
    for file in snakemake.input:
        lines = read_frame(file)
        where = known[lines.attrs["dataset"], lines.attrs["inr"]]
        rows = connectivity_rows(lines)
        rows.insert(0, "dataset", where["title"])
        rows.insert(1, "inr", lines.attrs["inr"])
        rows.insert(2, "init", where["init"])
        frames.append(rows)
    table = pd.concat(frames)
    text = "# Lines between INRs\n\n" + connectivity_markdown(table)
    write_table(table, *snakemake.output, text, "%.6g")


if __name__ == "__main__":
    run(main, snakemake)
