"""Collect the table of encoders: tidy as CSV, and side by side as Markdown."""

import pandas as pd

from inr2vec_core.io.frames import read_frame
from inr2vec_core.io.sealed import read_json
from inr2vec_core.reporting.encoder_table import (
    add_augmentation,
    encoder_markdown,
    encoder_rows,
    score_rows,
)
from inr2vec_core.reporting.tables import reconstruction_rows, write_table
from workflow_scripts.common.job import run


def main(snakemake):
    params, inputs = snakemake.params, snakemake.input
    frames, devices = [], []
    for file in inputs.costs:
        costs = read_frame(file)
        frames.append(costs.assign(dataset=costs.attrs["dataset"], inr=costs.attrs["inr"]))
        devices += frames[-1]["device"].tolist()
    for file in inputs.reconstructed:
        shapes = read_frame(file)
        rows = reconstruction_rows(shapes).query("split == 'test'")
        rows = rows[rows["metric"].isin(["CD x1000", "F-score"])].rename(columns={"mean": "value"})
        frames.append(rows.assign(**{k: shapes.attrs[k] for k in ("dataset", "inr", "method")}))
    frames += [score_rows(read_json(file)) for file in inputs.scores]
    values = pd.concat(frames).dropna(subset="value")
    table = add_augmentation(encoder_rows(values, params.same), values)
    table["dataset"] = table["dataset"].map(params.titles)
    text = "# Encoders side by side\n\n" + encoder_markdown(table, devices)
    write_table(table, *snakemake.output, text, "%.6g")


if __name__ == "__main__":
    run(main, snakemake)
