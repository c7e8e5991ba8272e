"""Table 5: the parameters of encoders and of an MLP on all weights, by the size of INRs."""

import pandas as pd

from inr2vec_core.models.parameter_counts import parameter_rows
from inr2vec_core.reporting.size_table import add_paper_counts, parameters_markdown
from inr2vec_core.reporting.tables import write_table
from workflow_scripts.common.job import run


def main(snakemake):
    params = snakemake.params
    table = add_paper_counts(parameter_rows(params.encoders), pd.DataFrame(params.paper))
    text = "# Table 5: parameters of encoders\n\n" + parameters_markdown(table)
    write_table(table, *snakemake.output, text, "%.6g")


if __name__ == "__main__":
    run(main, snakemake)
