"""Collect the table of INRs and shared networks: tidy as CSV, side by side as Markdown."""

import pandas as pd

from inr2vec_core.inrs.spec import InrSpec
from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.shared_network_table import (
    cost_rows,
    inr_costs,
    network_costs,
    shape_rows,
    shared_network_markdown,
    shared_network_rows,
)
from inr2vec_core.reporting.tables import add_paper_values, write_table
from workflow_scripts.common.job import run


def main(snakemake):
    params, inputs = snakemake.params, snakemake.input
    frames = shape_rows(inputs.reconstructed)
    shards, inits = iter(inputs.inrs), iter(inputs.inits)
    for row in params.inrs:
        files = [next(shards) for _ in range(row["shards"])]
        seconds = read_frame(next(inits))["seconds"].sum() if row["learned"] else 0
        costs = inr_costs(
            files, InrSpec.of(files[0]).siren.n_parameters, params.train_threads * seconds,
            params.fit_threads,
        )  # fmt: skip
        frames.append(cost_rows(costs, row["dataset"], row["inr"], "inr"))
    for row, *files in zip(
        params.networks, inputs.models, inputs.histories, inputs.codes, strict=True
    ):
        costs, converged = network_costs(*files)
        frames.append(cost_rows(costs, row["dataset"], params.shared, row["method"], converged))
    table = shared_network_rows(frames)
    table.insert(1, "modality", table["dataset"].map(params.modalities))
    table["dataset"] = table["dataset"].map(params.titles)
    table = add_paper_values(table, pd.DataFrame(params.paper), ["split"])
    text = "# Table 4: individual INRs and shared networks\n\n" + shared_network_markdown(table)
    write_table(table, *snakemake.output, text, "%.6g")


if __name__ == "__main__":
    run(main, snakemake)
