"""Collect a table of fits that were followed: tidy as CSV, and side by side as Markdown."""

from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.fit_stages import stage_rows, stages_markdown
from inr2vec_core.reporting.tables import write_table
from workflow_scripts.common.job import run


def main(snakemake):
    params = snakemake.params
    frames = [read_frame(file) for file in snakemake.input]
    table = stage_rows(list(zip([fit for _, fit in params.fits], frames, strict=True)))
    devices = {device for frame in frames for device in frame["device"]}
    text = f"# {params.title}\n\n" + stages_markdown(table, sorted(devices))
    write_table(table, *snakemake.output, text, "%.6g")


if __name__ == "__main__":
    run(main, snakemake)
