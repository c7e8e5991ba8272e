"""Collect a table of mappings: tidy as CSV, a column a metric as Markdown."""

import pandas as pd

from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.markdown import mapping_markdown
from inr2vec_core.reporting.tables import mapping_rows, write_table
from workflow_scripts.common.job import run


def main(snakemake):
    params, frames = snakemake.params, []
    for file in snakemake.input:
        shapes = read_frame(file)
        mapping, method = shapes.attrs["mapping"], shapes.attrs["method"]
        named = {"method": method, "mapping": mapping, **params.titles[mapping]}
        named["frame"] = "shared" if shapes["shared_frame"].all() else "own"
        rows = mapping_rows(shapes)
        frames.append(rows.assign(**named)[[*named, *rows.columns]])
    table = pd.concat(frames)
    text = f"# {params.title}\n\n" + mapping_markdown(table)
    write_table(table, *snakemake.output, text, "%.4g")


if __name__ == "__main__":
    run(main, snakemake)
