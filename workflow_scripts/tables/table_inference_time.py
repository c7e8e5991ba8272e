"""Collect table 10: inference times, tidy as CSV, and in the paper's layout as Markdown."""

import pandas as pd

from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.markdown import inference_time_markdown
from inr2vec_core.reporting.tables import write_table
from workflow_scripts.common.job import run


def main(snakemake):
    params, frames = snakemake.params, []
    for file in snakemake.input:
        frame = read_frame(file)
        frame.insert(1, "dataset", params.titles[frame.attrs["dataset"]])
        frame.insert(2, "inr", frame.attrs["inr"])
        frames.append(frame)
    table = pd.concat(frames)
    paper = pd.DataFrame(params.paper).rename(columns={"value": "paper"})
    paper["n_points"] = paper["metric"].astype(int)
    paper["with_reconstruction"] = paper["split"] == "rebuilt"
    keys = ["method", "n_points", "with_reconstruction"]
    table = table.merge(paper[[*keys, "paper"]], "left", keys)
    text = "# Table 10: inference time\n\n" + inference_time_markdown(table)
    write_table(table, *snakemake.output, text, "%.4g")


if __name__ == "__main__":
    run(main, snakemake)
