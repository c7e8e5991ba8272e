"""Tidy tables of results: one row per method, data set and metric, the paper's figure beside."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

KEYS = ["method", "dataset", "inr", "metric"]


def read_metrics(files: Iterable[str | Path], metrics: Sequence[str]) -> pd.DataFrame:
    """Mean and standard deviation over seeds of the named metrics, in percent.

    Args:
        files: JSON files with `dataset`, `inr`, `method`, `n_test`, and some of `metrics` as
            shares in [0, 1]; `seed` where there are several.

    Returns:
        Columns method, dataset, inr, metric, mean, std (of the sample; empty for one seed),
        seeds (how many) and n (test shapes), in the order of the files.
    """
    values = []
    for file in files:
        found = json.loads(Path(file).read_text())
        values += [
            {
                **{k: found[k] for k in ("method", "dataset", "inr")},
                "metric": metric,
                "value": 100 * found[metric],
                "n": found["n_test"],
            }
            for metric in metrics
            if metric in found
        ]
    grouped = pd.DataFrame(values).groupby(KEYS, sort=False)
    return grouped.agg(
        mean=("value", "mean"), std=("value", "std"), seeds=("value", "size"), n=("n", "first")
    ).reset_index()


def with_paper_figures(table: pd.DataFrame, paper: pd.DataFrame) -> pd.DataFrame:
    """Add the column `paper`, the published figure of the same method, modality and data set."""
    keys = ["method", "modality", "dataset", "metric"]
    return table.merge(paper[[*keys, "value"]].rename(columns={"value": "paper"}), "left", keys)


def in_paper_layout(table: pd.DataFrame) -> str:
    """Markdown: a row per method and metric, a column per data set, the paper's in brackets."""
    shown = table.assign(column=table["modality"] + ": " + table["dataset"] + " (" + table["inr"]
                         + ")", cell=[_cell(row) for row in table.itertuples()])  # fmt: skip
    wide = shown.pivot(index=["metric", "method"], columns="column", values="cell")
    order = shown[["metric", "method"]].drop_duplicates()
    wide = wide.reindex(pd.MultiIndex.from_frame(order)).fillna("–")[shown["column"].unique()]
    lines = ["| metric (%) | method | " + " | ".join(wide.columns) + " |",
             "|---|---|" + "---|" * len(wide.columns)]  # fmt: skip
    lines += [
        f"| {metric} | {method} | " + " | ".join(row) + " |"
        for (metric, method), row in zip(wide.index, wide.to_numpy(), strict=True)
    ]
    note = (
        "Mean ± standard deviation over the classifier's seeds; the paper's figure in "
        "brackets. weights_probe (linear, on plain INR weights) and bounding_box (random "
        "forest on six numbers) are lower bounds."
    )
    return "\n".join([*lines, "", note, ""])


def _cell(row) -> str:
    spread = f" ± {row.std:.1f}" if row.std == row.std else ""
    paper = f" ({row.paper:.1f})" if row.paper == row.paper else ""
    return f"{row.mean:.1f}{spread}{paper}"
