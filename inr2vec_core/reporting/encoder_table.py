"""The table that sets encoders side by side: their costs, and what their embeddings are worth."""

from collections.abc import Iterable, Mapping

import pandas as pd

from inr2vec_core.reporting.tables import (
    convergence_marker,
    convergence_note,
    markdown,
    method_notes,
    pivot_metrics,
)

KEYS = ["dataset", "inr", "method"]
SCORES = ("accuracy", "probe accuracy", "hit@1", "mAP@10")  # shares, shown in percent
COSTS = ("parameters", "embedded a second", "training s")
DISTANCES = ("CD x1000 (val)", "CD x1000")


def distance_of_found(chamfer: float, failed: float, counted_as: float) -> float:
    """The mean over shapes that were found, of a mean in which the share `failed` counted so.

    NaN where none was found.
    """
    return (chamfer - failed * counted_as) / (1 - failed) if failed < 1 else float("nan")


def encoder_rows(values: pd.DataFrame, same: Mapping[str, str]) -> pd.DataFrame:
    """Mean and standard deviation over seeds of the encoder; of its classifier, where it has one.

    Args:
        values: dataset, inr, method, metric, value, flat (None where nobody asked), a row for
            each seed of a classifier or network.
        same: method -> the method that it repeats with another seed, or itself.

    Returns:
        Columns dataset, inr, method, metric, mean, std (of the sample; empty for one), seeds,
        flat (whether all were).
    """
    pooled = values.assign(method=values["method"].map(lambda name: same.get(name, name)))
    pooled["entry"] = values["method"]
    repeated = pooled.groupby(KEYS)["entry"].transform("nunique") > 1
    each = pooled[repeated].groupby([*KEYS, "metric", "entry"], sort=False)
    means = each.agg({"value": "mean", "converged": "first"}).reset_index()
    # In the order in which the methods stand, those of several entries by their first.
    together = pd.concat([pooled[~repeated], means])
    grouped = together.groupby([*KEYS, "metric"], sort=False)
    table = grouped.agg(
        mean=("value", "mean"),
        std=("value", "std"),
        seeds=("value", "size"),
        converged=("converged", _all),
    )
    order = pooled[[*KEYS, "metric"]].drop_duplicates()
    return table.reindex(pd.MultiIndex.from_frame(order)).reset_index()


def _all(flat: pd.Series) -> bool | None:
    known = flat.dropna()
    return bool(known.all()) if len(known) else None


def encoders_in_columns(table: pd.DataFrame, devices: Iterable[str]) -> str:
    """Markdown of `encoder_rows`: a row per data set and method, a column per metric.

    Args: devices: those that speeds were measured on.
    """

    def cell(row) -> str:
        if row.metric in COSTS:
            return f"{row.mean:,.0f}"
        mean = f"{row.mean:.3g}" if row.metric in DISTANCES else f"{row.mean:.1f}"
        return mean + convergence_marker(row) + (f" ± {row.std:.1f}" if row.std == row.std else "")

    shown = table.assign(cell=[cell(row) for row in table.itertuples()])
    rows = shown[KEYS].drop_duplicates()
    together = rows.groupby(KEYS[:2], sort=False).ngroup().sort_values(kind="stable").index
    wide = pivot_metrics(shown, rows.loc[together])
    note = (
        f"Embedded a second: INRs, in batches, on {', '.join(sorted(set(devices)))}; training s: "
        "in the run as it was. CD x1000 (mean squared nearest distance, both ways, of the shapes "
        "that were found) and F-score (%): of shapes rebuilt from embeddings, of the test split "
        "where nothing else is said. Accuracy (%): of the classifier of Table 2; probe accuracy: "
        "of logistic regression on standardised embeddings; networks are tested on shapes rebuilt "
        "from INRs. Mean ± standard deviation over seeds of the encoder where there are several, "
        "else of the classifier."
    )
    note += method_notes(table["method"]) + convergence_note(table)
    return markdown(["data set", "inr", "method", *wide.columns], wide, note)
