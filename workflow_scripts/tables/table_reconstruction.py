"""Collect the table of reconstructed shapes: tidy as CSV, and side by side as Markdown."""

import pandas as pd

from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.markdown import reconstruction_markdown
from inr2vec_core.reporting.tables import add_paper_values, reconstruction_rows, write_table
from workflow_scripts.common.job import run


def main(snakemake):
    params = snakemake.params
    frames = []
    for file in snakemake.input:
        shapes = read_frame(file)
        dataset = shapes.attrs["dataset"]
        named = {
            "method": shapes.attrs["method"],
            "modality": params.modalities[dataset],
            "dataset": params.titles[dataset],
            "inr": shapes.attrs["inr"],
        }
        frames.append(reconstruction_rows(shapes).assign(**named))
    table = pd.concat(frames)[
        ["method", "modality", "dataset", "inr", "split", "metric", "mean", "std", "n"]
    ]
    table = add_paper_values(table, pd.DataFrame(params.paper), ["split"])
    text = "# Reconstructed shapes\n\n" + reconstruction_markdown(table)
    write_table(table, *snakemake.output, text, "%.4g")


if __name__ == "__main__":
    run(main, snakemake)
