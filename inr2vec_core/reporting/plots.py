"""Plots of numbers: training curves, t-SNE maps, confusion matrices, inference times."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from inr2vec_core.reporting.figure_style import STYLE, save_figure


def plot_training_curves(
    history: pd.DataFrame, path: str | Path, title: str, columns: Sequence[str]
) -> None:
    """Plot columns of a training's history over epochs, a panel for each.

    Args:
        history: the column epoch, and `columns`, which may be empty in some epochs.
        path: the PNG file to write.
        title: the title of the figure.
        columns: the columns to plot.
    """
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, len(columns), figsize=(3.6 * len(columns), 2.6), squeeze=False
        )
        for axis, column in zip(axes[0], columns, strict=True):
            known = history.dropna(subset=[column])
            axis.plot(known["epoch"], known[column], marker="." if len(known) < 40 else None)
            axis.set(xlabel="epoch", ylabel=column)
            axis.set_yscale("log")
        figure.suptitle(title)
        figure.tight_layout()
        save_figure(figure, path)


def plot_validation_accuracy(
    histories: Mapping[str, Sequence[pd.DataFrame]], path: str | Path, title: str
) -> None:
    """Plot validation accuracies over the share of each training, a color for each network.

    Args:
        histories: network -> the histories of its seeds, with the columns epoch and accuracy.
        path: the PNG file to write.
        title: the title of the figure.
    """
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(5.2, 3.2))
        colors = plt.get_cmap("tab10")
        for k, (name, seeds) in enumerate(histories.items()):
            for n, history in enumerate(seeds):
                epochs = history["epoch"].max()
                axis.plot(
                    history["epoch"] / epochs,
                    100 * history["accuracy"],
                    color=colors(k),
                    linewidth=1,
                    label=None if n else f"{name} ({epochs} epochs)",
                )
        axis.axvspan(0.75, 1, color="0.95", zorder=0)
        axis.set(xlabel="share of the epochs", ylabel="validation accuracy (%)", title=title)
        axis.legend(frameon=False, loc="lower right")
        save_figure(figure, path)


def plot_scatter(
    xy: np.ndarray, labels: np.ndarray, classes: Sequence[str], path: str | Path, title: str
) -> None:
    """Plot points of a two-dimensional map, a color for each class.

    Args:
        xy: (n, 2) coordinates.
        labels: (n,) numbers of classes.
        classes: the names of the classes.
        path: the PNG file to write.
        title: the title of the figure.
    """
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(5.6, 4.2))
        colors = plt.get_cmap("tab20" if len(classes) > 10 else "tab10")
        for k, name in enumerate(classes):
            # A legend leaves out what begins with an underscore.
            label = f" {name}" if name.startswith("_") else name
            axis.scatter(*xy[labels == k].T, s=10, color=colors(k % colors.N), label=label)
        axis.set(xticks=[], yticks=[], title=title)
        axis.spines[:].set_visible(False)
        axis.legend(
            bbox_to_anchor=(1.01, 1),
            loc="upper left",
            frameon=False,
            ncols=1 + (len(classes) - 1) // 20,
        )
        save_figure(figure, path)


def plot_confusion(
    counts: np.ndarray, classes: Sequence[str], path: str | Path, title: str
) -> None:
    """Plot a confusion matrix in percent of each row.

    Args:
        counts: (c, c) numbers of shapes; rows are true classes, columns predicted ones.
        classes: the names of the classes.
        path: the PNG file to write.
        title: the title of the figure.
    """
    percent = 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
    with plt.rc_context(STYLE):
        side = 1.8 + 0.34 * len(classes)
        figure, axis = plt.subplots(figsize=(side, side))
        axis.imshow(percent, cmap="Blues", vmin=0, vmax=100)
        if len(classes) <= 25:
            for i, j in np.argwhere(percent >= 0.5):
                color = "white" if percent[i, j] > 60 else "black"
                text = f"{percent[i, j]:.0f}"
                axis.text(j, i, text, ha="center", va="center", fontsize=7, color=color)
        ticks = range(len(classes))
        axis.set_xticks(ticks, classes, rotation=90)
        axis.set_yticks(ticks, classes)
        axis.set(xlabel="predicted", ylabel="true", title=title)
        axis.spines[:].set_visible(False)
        save_figure(figure, path)


def plot_inference_time(table: pd.DataFrame, path: str | Path, title: str) -> None:
    """Plot inference times over the size of clouds, a line for each method.

    Args:
        table: the columns method, n_points, seconds, and with_reconstruction: whether the time to
            reconstruct the cloud is included, which gives a dashed line.
        path: the PNG file to write.
        title: the title of the figure.
    """
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(5.2, 3.4))
        colors = plt.get_cmap("tab10")
        for k, (name, rows) in enumerate(table.groupby("method", sort=False)):
            for with_reconstruction, line in rows.groupby("with_reconstruction"):
                axis.plot(
                    line["n_points"],
                    line["seconds"],
                    marker=".",
                    color=colors(k),
                    linestyle="--" if with_reconstruction else "-",
                    label=f"{name}, with reconstruction" if with_reconstruction else name,
                )
        axis.set(xscale="log", yscale="log", xlabel="points of the cloud", ylabel="seconds a shape")
        sizes = sorted(table["n_points"].unique())
        axis.set_xticks(sizes, sizes)
        axis.minorticks_off()
        axis.legend(bbox_to_anchor=(1.01, 1), loc="upper left", frameon=False)
        axis.set_title(title)
        save_figure(figure, path)
