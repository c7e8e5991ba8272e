"""The table that sets encoders side by side: their costs, and what their embeddings are worth."""

from collections.abc import Mapping

import pandas as pd

from .tables import a_column_per_metric, markdown

KEYS = ["dataset", "inr", "method"]
SCORES = ("accuracy", "probe accuracy", "hit@1", "mAP@10")  # shares, shown in percent
COSTS = ("parameters", "embedded a second", "training s")


def encoder_rows(values: pd.DataFrame, same: Mapping[str, str]) -> pd.DataFrame:
    """Mean and standard deviation over seeds, of encoders and of classifiers.

    Args:
        values: dataset, inr, method, metric, value, one row for each seed.
        same: method -> the method that it repeats with another seed, or itself.

    Returns:
        Columns dataset, inr, method, metric, mean, std (of the sample; empty for one), seeds.
    """
    pooled = values.assign(method=values["method"].map(lambda name: same.get(name, name)))
    grouped = pooled.groupby([*KEYS, "metric"], sort=False)["value"]
    return grouped.agg(mean="mean", std="std", seeds="size").reset_index()


def encoders_in_columns(table: pd.DataFrame) -> str:
    """Markdown of `encoder_rows`: a row per data set and method, a column per metric."""

    def cell(row) -> str:
        if row.metric in COSTS:
            return f"{row.mean:,.0f}"
        return f"{row.mean:.1f}" + (f" ± {row.std:.1f}" if row.std == row.std else "")

    shown = table.assign(cell=[cell(row) for row in table.itertuples()])
    rows = shown[KEYS].drop_duplicates()
    together = rows.groupby(KEYS[:2], sort=False).ngroup().sort_values(kind="stable").index
    wide = a_column_per_metric(shown, rows.loc[together])
    note = (
        "Embedded a second: INRs, in batches, side by side on one device. CD x1000 (mean squared "
        "nearest distance, both ways) and F-score (%) of shapes rebuilt from embeddings, of the "
        "validation split where it says so, else of the test split. Accuracy (%) of the "
        "classifier of Table 2 (weights_network: on plain weights, weights_probe: logistic "
        "regression on them), probe accuracy of logistic regression on standardised embeddings; "
        "of networks on shapes rebuilt from the test INRs. Mean ± standard deviation over seeds."
    )
    return markdown(["data set", "inr", "method", *wide.columns], wide, note)
