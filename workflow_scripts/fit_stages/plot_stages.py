"""Quality of INRs over the steps and the seconds of their fit."""

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.frames import read_frame
from inr2vec_core.reporting.fit_stages import plot_stages, stage_rows
from workflow_scripts.common.job import run


def main(snakemake):
    fits = [fit for _, fit in snakemake.params.fits]
    table = stage_rows(list(zip(fits, map(read_frame, snakemake.input), strict=True)))
    with atomic(snakemake.output[0]) as path:
        plot_stages(table, path)


if __name__ == "__main__":
    run(main, snakemake)
