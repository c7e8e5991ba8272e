"""Collect the table of INRs fitted in different ways: tidy as CSV, side by side as Markdown."""

from inr2vec_core.io.frames import read_frame
from inr2vec_core.io.sealed import read_json
from inr2vec_core.reporting.encoder_table import score_rows
from inr2vec_core.reporting.init_table import (
    SCORES,
    cost_rows,
    init_markdown,
    init_rows,
    sgd_steps_of,
    shape_rows,
)
from inr2vec_core.reporting.tables import write_table
from workflow_scripts.common.job import run


def main(snakemake):
    params, inputs = snakemake.params, snakemake.input
    shards = iter(inputs.inrs)
    by_row = {row: [next(shards) for _ in range(n)] for row, n in params.shards}
    frames = [
        cost_rows(by_row),
        *(shape_rows(read_frame(file)) for file in inputs.reconstructed),
        *(score_rows(read_json(file), SCORES) for file in inputs.scores),
    ]
    steps = sgd_steps_of(by_row)
    fits = {inr: {**fit, "sgd_steps": steps[inr]} for inr, fit in params.fits.items()}
    table = init_rows(frames, fits)
    table["dataset"] = table["dataset"].map(params.titles)
    text = "# INRs fitted in different ways\n\n" + init_markdown(table)
    write_table(table, *snakemake.output, text, "%.6g")


if __name__ == "__main__":
    run(main, snakemake)
