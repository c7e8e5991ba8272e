"""Pictures for reports and papers; no display is needed."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False,
         "figure.dpi": 150, "savefig.bbox": "tight"}  # fmt: skip


def _save(figure, path: str | Path) -> None:
    # The format is named because temporary names have no ending; no date, so that the same
    # command gives the same bytes.
    figure.savefig(path, format="png", metadata={"Software": None})
    plt.close(figure)


def plot_curves(
    history: pd.DataFrame, path: str | Path, title: str, columns: Sequence[str]
) -> None:
    """One panel per column of a training's history, over epochs."""
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
        _save(figure, path)


def plot_scatter(
    xy: np.ndarray, labels: np.ndarray, classes: Sequence[str], path: str | Path, title: str
) -> None:
    """Coloured points of a 2-D map: (n, 2), (n,) class numbers."""
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(5.6, 4.2))
        colours = plt.get_cmap("tab20" if len(classes) > 10 else "tab10")
        for k, name in enumerate(classes):
            axis.scatter(*xy[labels == k].T, s=10, color=colours(k % colours.N), label=name)
        axis.set(xticks=[], yticks=[], title=title)
        axis.spines[:].set_visible(False)
        axis.legend(
            bbox_to_anchor=(1.01, 1),
            loc="upper left",
            frameon=False,
            ncols=1 + (len(classes) - 1) // 20,
        )
        _save(figure, path)


def plot_confusion(
    counts: np.ndarray, classes: Sequence[str], path: str | Path, title: str
) -> None:
    """A confusion matrix, rows the true classes, in percent of each row: (c, c) counts."""
    share = 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
    with plt.rc_context(STYLE):
        side = 1.8 + 0.34 * len(classes)
        figure, axis = plt.subplots(figsize=(side, side))
        axis.imshow(share, cmap="Blues", vmin=0, vmax=100)
        if len(classes) <= 25:
            for i, j in np.argwhere(share >= 0.5):
                axis.text(
                    j,
                    i,
                    f"{share[i, j]:.0f}",
                    ha="center",
                    va="center",
                    fontsize=7,
                    color="white" if share[i, j] > 60 else "black",
                )
        ticks = range(len(classes))
        axis.set_xticks(ticks, classes, rotation=90)
        axis.set_yticks(ticks, classes)
        axis.set(xlabel="predicted", ylabel="true", title=title)
        axis.spines[:].set_visible(False)
        _save(figure, path)


def plot_cloud_grid(
    shapes: Sequence[tuple[str, Sequence[np.ndarray | None]]],
    versions: Sequence[str],
    path: str | Path,
    title: str,
) -> None:
    """Clouds (n, 3), y up: one labelled column per shape, one row per version of it.

    A cloud that could not be rebuilt is None and is marked as such.
    """
    with plt.rc_context(STYLE):
        size = (1.5 * len(shapes), 1.5 * len(versions) + 0.5)
        figure, axes = plt.subplots(
            len(versions), len(shapes), squeeze=False, figsize=size, layout="constrained"
        )
        for column, (label, clouds) in zip(axes.T, shapes, strict=True):
            for axis, cloud in zip(column, clouds, strict=True):
                _draw_cloud(axis, cloud)
            column[0].set_title(label, fontsize=9)
        for axis, name in zip(axes[:, 0], versions, strict=True):
            axis.set_ylabel(name, fontsize=9)
        figure.suptitle(title)
        _save(figure, path)


VIEW = np.deg2rad([35.0, 20.0])  # turn about the vertical, elevation


def _draw_cloud(axis, cloud: np.ndarray | None) -> None:
    axis.set(xlim=(-1.05, 1.05), ylim=(-1.05, 1.05), xticks=[], yticks=[], aspect="equal")
    axis.spines[:].set_visible(False)
    if cloud is None:
        axis.text(0, 0, "no surface", ha="center", va="center", color="firebrick", fontsize=7)
        return
    (ct, st), (ce, se) = ((np.cos(a), np.sin(a)) for a in VIEW)
    turned = cloud @ np.array([[ct, 0, -st], [0, 1, 0], [st, 0, ct]])
    tilted = turned @ np.array([[1, 0, 0], [0, ce, se], [0, -se, ce]])
    depth = tilted[:, 2]
    order = np.argsort(depth)  # far points first
    axis.scatter(
        *tilted[order, :2].T, c=depth[order], s=1.6, cmap="viridis", vmin=-1, vmax=1, linewidths=0
    )
