"""Collect the table of generated shapes: tidy as CSV, a column a metric as Markdown."""

import pandas as pd

from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.markdown import generation_markdown
from inr2vec_core.reporting.tables import generation_rows, write_table
from workflow_scripts.common.job import run


def main(snakemake):
    params = snakemake.params
    by_method = {}
    for file in snakemake.input:
        draws = read_frame(file)
        where = tuple(draws.attrs[key] for key in ("dataset", "inr", "encoder", "method"))
        by_method.setdefault(where, []).append(draws)
    frames = []
    for (dataset, inr, encoder, method), classes in by_method.items():
        named = {
            "method": method, "modality": params.modalities[dataset],
            "dataset": params.titles[dataset], "inr": inr, "encoder": encoder,
        }  # fmt: skip
        rows = generation_rows(pd.concat(classes))
        frames.append(rows.assign(**named)[[*named, *rows.columns]])
    table = pd.concat(frames)
    text = "# Generated shapes\n\n" + generation_markdown(table)
    write_table(table, *snakemake.output, text, "%.4g")


if __name__ == "__main__":
    run(main, snakemake)
