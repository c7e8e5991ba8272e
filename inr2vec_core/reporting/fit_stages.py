"""Quality of INRs along their fit: table and curves (paper, Fig. 33)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from inr2vec_core.reporting.figure_style import STYLE, save_figure
from inr2vec_core.reporting.markdown import markdown_table, pivot_metrics
from inr2vec_core.reporting.tables import reconstruction_rows

KEYS = ["dataset", "inr", "width", "depth", "loss", "steps"]
METRICS = ("CD x1000", "F-score", "found")
AXES = {"CD x1000": "Chamfer distance × 1000", "F-score": "F-score (%)"}


def stage_rows(fits: Sequence[tuple[Mapping, pd.DataFrame]]) -> pd.DataFrame:
    """Average the metrics of shapes along fits.

    Args:
        fits: of each entry of INRs on a data set its title, modality, width, depth and loss, and a
            row for each shape and stage: the columns steps, seconds, loss, and those of
            `tables.reconstruction_rows`; with the attribute inr.

    Returns:
        The columns dataset, modality, inr, width, depth, loss, steps, seconds (an INR), metric,
        mean, std (of the sample, over shapes) and n. Metrics: "CD x1000" of shapes with a surface,
        "F-score" and "found" in percent, and "fit loss".
    """
    frames = []
    for fit, frame in fits:
        rows = reconstruction_rows(frame, "steps")
        losses = frame.groupby("steps")["loss"].agg(mean="mean", std="std", n="size").reset_index()
        rows = pd.concat([rows[rows["metric"].isin(METRICS)], losses.assign(metric="fit loss")])
        seconds = frame.groupby("steps")["seconds"].first()
        where = {"dataset": fit["title"], "modality": fit["modality"], "inr": frame.attrs["inr"]}
        where |= {k: fit[k] for k in ("width", "depth", "loss")}
        frames.append(rows.assign(**where, seconds=rows["steps"].map(seconds)))
    columns = ["dataset", "modality", *KEYS[1:], "seconds", "metric", "mean", "std", "n"]
    return pd.concat(frames)[columns].sort_values(
        ["dataset", "inr", "steps"], kind="stable", key=_in_order
    )


def stages_markdown(table: pd.DataFrame, devices: Sequence[str]) -> str:
    """Format fits: a row for each data set, entry of INRs and number of steps.

    Args:
        table: from `stage_rows`.
        devices: what they were fitted on.
    """
    shown = table.assign(
        cell=table["mean"].map("{:.3g}".format), seconds=table["seconds"].map("{:.3g}".format)
    )
    keys = [*KEYS, "seconds"]
    wide = pivot_metrics(shown, shown[keys].drop_duplicates())
    note = (
        f"Means over {table['n'].max()} test shape(s), reconstructed from INRs after so many steps "
        "of Adam: Chamfer distance (mean squared nearest distance, both ways) of shapes that have "
        "a surface, F-score at 0.01 and found in percent. seconds: an INR's share of a fit of all "
        f"these shapes together, on {', '.join(devices)}. loss bce is Eq. 3 of the paper, mse Eq. "
        "2; values of fit loss compare among INRs of one loss alone."
    )
    return markdown_table(["data set", *keys[1:], *wide.columns], wide, note)


def fit_label(inr: str, fit: Mapping) -> str:
    """What a figure calls an entry of INRs."""
    return f"{inr}: {fit['width']} × {fit['depth']}, {fit['loss']}"


def plot_stages(table: pd.DataFrame, path: str | Path) -> None:
    """Draw quality over steps and over seconds: a row of panels for each data set.

    Args:
        table: from `stage_rows`.
        path: the PNG file to write.
    """
    datasets = list(table["dataset"].unique())
    over = {"steps": "steps", "seconds": "seconds an INR"}
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            len(datasets),
            len(AXES) * len(over),
            figsize=(3 * len(AXES) * len(over), 2.6 * len(datasets) + 0.5),
            squeeze=False,
            layout="constrained",
        )
        for row, dataset in zip(axes, datasets, strict=True):
            of_dataset = table[table["dataset"] == dataset]
            panels = [(metric, x) for metric in AXES for x in over]
            for axis, (metric, x) in zip(row, panels, strict=True):
                rows = of_dataset[of_dataset["metric"] == metric]
                for k, (inr, line) in enumerate(rows.groupby("inr", sort=False)):
                    label = fit_label(inr, line.iloc[0])
                    axis.plot(line[x], line["mean"], marker=".", color=f"C{k}", label=label)
                axis.set(xlabel=over[x], ylabel=AXES[metric])
                if x == "seconds":
                    axis.set_xscale("log")
                if metric == "CD x1000":
                    axis.set_yscale("log")
            row[0].set_title(dataset)
        handles = {
            label: handle
            for axis in axes.flat
            for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
        }
        figure.legend(
            handles.values(), handles.keys(), loc="outside lower center", ncols=4, frameon=False
        )
        save_figure(figure, path)


def _in_order(column: pd.Series) -> pd.Series:
    """Names in the order of their first appearance; numbers as they are."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    return column.map({name: k for k, name in enumerate(column.unique())})
