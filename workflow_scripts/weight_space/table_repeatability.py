"""Collect the table of repeated fits: tidy as CSV, side by side as Markdown; and all distances."""

import pandas as pd

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.tables import write_table
from inr2vec_core.reporting.weight_space import distances_of, repeatability_markdown
from inr2vec_core.tasks.weight_space.repeatability import repeatability
from workflow_scripts.common.job import run


def main(snakemake):
    known, rows, pairs = dict(snakemake.params.rows), [], []
    for file in snakemake.input:
        frame = read_frame(file)
        attrs = frame.attrs
        where = known[attrs["dataset"], attrs["inr"]]
        named = {
            "dataset": where["title"], "inr": attrs["inr"], "init": where["init"],
            "method": attrs["encoder"],
        }  # fmt: skip
        names, distances = distances_of(frame)
        ids = frame["shape_id"]
        counts = {"shapes": ids.nunique(), "n": len(ids)}
        rows.append(named | counts | repeatability(distances, ids))
        pairs.append(
            pd.DataFrame(distances, pd.Index(names, name="fit"), pd.Index(names, name="other"))
            .stack().rename("distance").reset_index().assign(**named)
        )  # fmt: skip
    table = pd.DataFrame(rows)
    text = "# Embeddings of repeated fits\n\n" + repeatability_markdown(table)
    output = snakemake.output
    write_table(table, output.csv, output.markdown, text, "%.6g")
    with atomic(output.distances) as path:
        columns = ["dataset", "inr", "init", "method", "fit", "other", "distance"]
        pd.concat(pairs)[columns].to_csv(path, index=False, float_format="%.6g")


if __name__ == "__main__":
    run(main, snakemake)
