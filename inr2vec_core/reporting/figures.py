"""Pictures for reports and papers; no display is needed."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import colormaps

from inr2vec_core.geometry.shapes import CloudShape, Shape
from inr2vec_core.reporting.rendering import is_empty, render

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


def plot_learning(
    curves: Mapping[str, Sequence[pd.DataFrame]], path: str | Path, title: str
) -> None:
    """Validation accuracies over the share of each training, a colour for each network.

    Args:
        curves: of each network the histories of its seeds, with epoch and accuracy.
    """
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(5.2, 3.2))
        colours = plt.get_cmap("tab10")
        for k, (name, histories) in enumerate(curves.items()):
            for n, history in enumerate(histories):
                epochs = history["epoch"].max()
                axis.plot(
                    history["epoch"] / epochs, 100 * history["accuracy"], color=colours(k),
                    linewidth=1, label=None if n else f"{name} ({epochs} epochs)",
                )  # fmt: skip
        axis.axvspan(0.75, 1, color="0.95", zorder=0)
        axis.set(xlabel="share of the epochs", ylabel="validation accuracy (%)", title=title)
        axis.legend(frameon=False, loc="lower right")
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


def plot_shape_grid(
    shapes: Sequence[tuple[str, Sequence[Shape | None]]],
    versions: Sequence[str],
    path: str | Path,
    title: str,
) -> None:
    """Shapes, y up: one labelled column per shape, one row per version of it.

    A version that is None or empty could not be rebuilt and is marked as such.
    """
    rows = zip(*(column for _, column in shapes), strict=True)
    with plt.rc_context(SHAPE_STYLE):
        figure, axes = _draw_shapes(list(rows))
        for axis, (label, _) in zip(axes[0], shapes, strict=True):
            axis.set_title(label, fontsize=9)
        for axis, name in zip(axes[:, 0], versions, strict=True):
            axis.set_ylabel(name, fontsize=9)
        figure.suptitle(title)
        _save(figure, path)


def plot_interpolation(
    pairs: Sequence[tuple[tuple[str, str], Sequence[Shape | None]]], path: str | Path, title: str
) -> None:
    """Shapes on the way from one to another: a row per pair, an equal number of steps in each.

    Args:
        pairs: The names of the first and the last shape, and all shapes, evenly from t = 0 to 1.
    """
    with plt.rc_context(SHAPE_STYLE):
        figure, axes = _draw_shapes([steps for _, steps in pairs])
        for row, ((first, last), _) in zip(axes, pairs, strict=True):
            row[0].set_ylabel(first, fontsize=9)
            row[-1].yaxis.set_label_position("right")
            row[-1].set_ylabel(last, fontsize=9, rotation=270, va="bottom")
        parts = len(axes[0]) - 1
        for k, axis in enumerate(axes[-1]):
            time = str(Fraction(k, max(parts, 1)))
            axis.set_xlabel(f"t = {time}" if k in (0, parts) else time, fontsize=8)
        figure.suptitle(title)
        _save(figure, path)


def plot_shape_rows(
    rows: Sequence[tuple[str, Sequence[Shape | None]]], path: str | Path, title: str
) -> None:
    """Labelled rows of shapes, equally many in each."""
    with plt.rc_context(SHAPE_STYLE):
        figure, axes = _draw_shapes([shapes for _, shapes in rows])
        for axis, (label, _) in zip(axes[:, 0], rows, strict=True):
            axis.set_ylabel(label, fontsize=8)
        figure.suptitle(title)
        _save(figure, path)


def plot_retrieved(
    queries: Sequence[tuple[str, Sequence[tuple[str, Shape]]]],
    path: str | Path,
    title: str,
) -> None:
    """Queries and their nearest shapes, one row each, another class than the query's in red.

    Args:
        queries: of each row the query's class, and classes and shapes, the query's own first.
    """
    with plt.rc_context(SHAPE_STYLE):
        figure, axes = _draw_shapes([[shape for _, shape in found] for _, found in queries])
        for k, axis in enumerate(axes[0]):
            axis.set_title("query" if k == 0 else f"{k}", fontsize=9)
        for row, (name, found) in zip(axes, queries, strict=True):
            row[0].set_ylabel(name, fontsize=9)
            for axis, (other, _) in zip(row[1:], found[1:], strict=True):
                if other != name:
                    axis.set_xlabel(other, fontsize=8, color="firebrick")
                    axis.spines[:].set(visible=True, color="firebrick", linewidth=1.2)
        figure.suptitle(title)
        _save(figure, path)


def plot_parts(
    shapes: Sequence[tuple[str, Sequence[str], Sequence[tuple[CloudShape | None, np.ndarray]]]],
    versions: Sequence[str],
    path: str | Path,
    title: str,
) -> None:
    """Clouds with their parts in colour: one column a shape, its parts named below.

    Args:
        shapes: of each its class, the names of the class's parts, and of each version the cloud
            and the part of each point, (n,), counted within the class. A part has one colour
            wherever shapes of its class are drawn.
    """
    colours = np.array(colormaps["tab10"].colors)
    columns = [
        [(cloud, colours[parts % len(colours)]) for cloud, parts in clouds]
        for _, _, clouds in shapes
    ]
    rows = list(zip(*columns, strict=True))
    with plt.rc_context(SHAPE_STYLE):
        figure, axes = _draw_shapes(
            [[cloud for cloud, _ in row] for row in rows],
            [[colour for _, colour in row] for row in rows],
        )
        for axis, name in zip(axes[:, 0], versions, strict=True):
            axis.set_ylabel(name, fontsize=9)
        for top, bottom, (class_name, names, _) in zip(axes[0], axes[-1], shapes, strict=True):
            top.set_title(class_name, fontsize=9)
            for k, name in enumerate(names):
                bottom.text(0.5, -0.04 - 0.11 * k, name, color=colours[k % len(colours)], va="top",
                            ha="center", fontsize=8, transform=bottom.transAxes)  # fmt: skip
        figure.suptitle(title)
        _save(figure, path)


def plot_times(table: pd.DataFrame, path: str | Path, title: str) -> None:
    """Inference times over the size of clouds, a line each method, dashed where rebuilding counts.

    Args:
        table: method, points, rebuilt, seconds.
    """
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(5.2, 3.4))
        colours = plt.get_cmap("tab10")
        for k, (name, rows) in enumerate(table.groupby("method", sort=False)):
            for rebuilt, line in rows.groupby("rebuilt"):
                label = f"{name}, rebuilt from its INR" if rebuilt else name
                axis.plot(line["points"], line["seconds"], marker=".", color=colours(k),
                          linestyle="--" if rebuilt else "-", label=label)  # fmt: skip
        axis.set(xscale="log", yscale="log", xlabel="points of the cloud", ylabel="seconds a shape")
        axis.set_xticks(sorted(table["points"].unique()), sorted(table["points"].unique()))
        axis.minorticks_off()
        axis.legend(bbox_to_anchor=(1.01, 1), loc="upper left", frameon=False)
        axis.set_title(title)
        _save(figure, path)


SHAPE_STYLE = STYLE | {"figure.dpi": 200, "savefig.pad_inches": 0.05}
CELL = 1.45  # width of a shape's picture, in inches


def _draw_shapes(
    rows: Sequence[Sequence[Shape | None]], colours: Sequence[Sequence[np.ndarray]] | None = None
):
    """A figure with a picture in each axis, all of one scale, without what is white in a row.

    Args:
        colours: of each shape, as for `render`.
    """
    pixels = round(CELL * SHAPE_STYLE["figure.dpi"])
    colours = colours or [[None] * len(row) for row in rows]
    pictures = np.array([
        [render(shape, pixels, colour) for shape, colour in zip(row, tints, strict=True)]
        for row, tints in zip(rows, colours, strict=True)
    ])  # fmt: skip
    shown = (pictures < 255).any(-1)
    left, right = _used(shown.any((0, 1, 2)))
    across = [_used(row.any((0, 2))) for row in shown]
    heights = np.array([bottom - top for top, bottom in across]) * CELL / (right - left)
    figure, axes = plt.subplots(
        *pictures.shape[:2],
        squeeze=False,
        height_ratios=heights,
        figsize=(CELL * pictures.shape[1] + 0.3, heights.sum() + 0.7),
        layout="constrained",
    )
    figure.get_layout_engine().set(w_pad=0.01, h_pad=0.01, wspace=0.02, hspace=0.02)
    for i, (top, bottom) in enumerate(across):
        for axis, picture, shape in zip(axes[i], pictures[i], rows[i], strict=True):
            axis.imshow(picture[top:bottom, left:right])
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set_visible(False)
            if is_empty(shape):
                axis.text(0.5, 0.5, "no surface", transform=axis.transAxes, ha="center",
                          va="center", color="firebrick", fontsize=8)  # fmt: skip
    return figure, axes


def _used(shown: np.ndarray, margin: int = 6) -> tuple[int, int]:
    """From where to where a picture shows something, (n,) bool: at least half of its side."""
    n, used = len(shown), np.flatnonzero(shown)
    low, high = (used[0] - margin, used[-1] + 1 + margin) if len(used) else (n // 4, n - n // 4)
    lack = max(0, n // 2 - (high - low)) // 2
    return max(0, low - lack), min(n, high + lack)
