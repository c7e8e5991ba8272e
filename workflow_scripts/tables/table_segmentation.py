"""Collect a table of part segmentation: tidy as CSV, a column a class as Markdown."""

import pandas as pd

from inr2vec_core.io.sealed import read_json
from inr2vec_core.reporting.markdown import segmentation_markdown
from inr2vec_core.reporting.tables import add_paper_values, read_metrics, write_table
from workflow_scripts.common.job import run


def main(snakemake):
    params = snakemake.params
    found = {key for file in snakemake.input for key in read_json(file)}
    of_classes = sorted(key for key in found if key.startswith("mIoU "))
    table = read_metrics(snakemake.input, ["instance mIoU", "class mIoU", *of_classes])
    table.insert(1, "modality", params.modality)
    table["dataset"] = table["dataset"].map(params.titles)
    table = add_paper_values(table, pd.DataFrame(params.paper))
    text = f"# {params.title}\n\n" + segmentation_markdown(table)
    write_table(table, *snakemake.output, text, "%.2f")


if __name__ == "__main__":
    run(main, snakemake)
