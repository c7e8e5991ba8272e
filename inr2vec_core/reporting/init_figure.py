"""What INRs fitted in different ways are worth, over the seconds that each took."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter
from matplotlib.transforms import Bbox

from inr2vec_core.reporting.figure_style import STYLE, save_figure
from inr2vec_core.reporting.init_table import INRS

# Okabe and Ito's colors without the light ones: they differ for every kind of color vision.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P")  # of kinds
PANELS = {  # metric of INRs -> what the axis says, and whether its scale is logarithmic
    "loss": ("loss", False),
    "CD x1000": ("Chamfer distance × 1000", True),
    "F-score": ("F-score (%)", False),
}
COLUMNS = 2
WITH_COPIES = " with copies"
_LABEL_SIZE = 7
# Of labels from their points, nearest first, in points: above, below, beside, and farther.
OFFSETS = sorted(
    (
        (dx, dy)
        for dx in range(-28, 29, 4)
        for dy in range(-28, 29, 4)
        if max(abs(dx), abs(dy)) >= 8
    ),
    key=lambda offset: (np.hypot(*offset), -offset[1], -offset[0]),
)


def plot_inits(table: pd.DataFrame, encoders: Sequence[str], path: str | Path) -> None:
    """Plot quality over seconds an INR: a panel for each metric, a line for each data set and kind.

    A kind is an init, and in panels of encoders also whether augmented copies are fitted. Each
    point is an entry of INRs, labeled with its steps: of gradient descent, and of Adam. Vertical
    bars are the standard deviation over runs.

    Args:
        table: from `init_table.init_rows`.
        encoders: the methods whose accuracy has a panel of its own.
        path: the PNG file to write.
    """
    points = points_of(table)
    wanted = [(INRS, metric, *panel) for metric, panel in PANELS.items()]
    wanted += [(name, "accuracy", f"accuracy (%) of {name}", False) for name in encoders]
    chosen = [points[(points["method"] == m) & (points["metric"] == k)] for m, k, *_ in wanted]
    panels = [(rows, *how) for rows, (_, _, *how) in zip(chosen, wanted, strict=True) if len(rows)]
    kinds = sorted(points["kind"].unique(), key=lambda kind: kind.endswith(WITH_COPIES))
    rank = {
        "dataset": {name: k for k, name in enumerate(points["dataset"].unique())},
        "kind": {name: k for k, name in enumerate(kinds)},
    }
    n_rows = -(-len(panels) // COLUMNS)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            n_rows, COLUMNS, figsize=(5.2 * COLUMNS, 3.7 * n_rows), squeeze=False
        )
        for axis, (rows, title, log) in zip(axes.flat, panels, strict=False):
            _plot_panel(axis, rows, rank)
            axis.set(xscale="log", ylabel=title)
            if log:
                axis.set_yscale("log")
                _plain_ticks(axis.yaxis)
            else:
                axis.yaxis.set_major_formatter(_plain)
            _plain_ticks(axis.xaxis)
            axis.margins(0.09)
        for axis in axes.flat[len(panels) :]:
            axis.set_axis_off()
        for axis in axes.flat[max(0, len(panels) - COLUMNS) : len(panels)]:
            axis.set_xlabel("seconds an INR")
        figure.legend(
            handles=_legend(points, rank),
            loc="lower center",
            bbox_to_anchor=(0.5, 1),
            ncols=len(rank["kind"]),
            frameon=False,
        )
        figure.tight_layout()
        for axis, (rows, *_) in zip(axes.flat, panels, strict=False):
            _label(axis, rows, rank["dataset"])
        save_figure(figure, path)


def points_of(table: pd.DataFrame) -> pd.DataFrame:
    """What is drawn: a table's rows but those of costs.

    Where INRs are fitted alike with and without copies, figures of the INRs themselves are shown
    without: they say the same of the shapes.

    Args:
        table: from `init_table.init_rows`.

    Returns:
        The table's columns, and seconds (an INR), label (the steps), and kind (the init, and with
        copies).
    """
    costs = table[table["metric"] == "s/INR"].rename(columns={"mean": "seconds"})
    points = table[table["metric"] != "s/INR"].merge(
        costs[["dataset", "inr", "seconds"]], on=["dataset", "inr"]
    )
    own = points["method"] == INRS
    copies = points["augmentation"].astype("str").str.match(r"\d+ cop")
    points["copies"] = copies.groupby([points["dataset"], points["inr"]]).transform("max")
    points["label"] = [_steps(row.sgd_steps, row.steps) for row in points.itertuples()]
    points["kind"] = points["init"] + (points["copies"] & ~own).map({True: WITH_COPIES, False: ""})
    fit = ["dataset", "init", "label", "metric"]
    again = points[own].sort_values("copies", kind="stable").duplicated(fit)
    return points.drop(again[again].index)


def _steps(sgd_steps: int, steps: int) -> str:
    """Steps of gradient descent, and of Adam: "5", "5+20", "300"."""
    return "+".join(str(n) for n in (sgd_steps, steps) if n) or "0"


def _plot_panel(axis: Axes, rows: pd.DataFrame, rank: dict[str, dict[str, int]]) -> None:
    for (dataset, kind), line in rows.groupby(["dataset", "kind"], sort=False):
        line = line.sort_values("seconds")
        axis.errorbar(
            line["seconds"],
            line["mean"],
            line["std"].fillna(0),
            elinewidth=0.8,
            linewidth=1.2,
            **_style(dataset, kind, rank),
        )


def _style(dataset: str, kind: str, rank: dict[str, dict[str, int]]) -> dict:
    number = rank["kind"][kind]
    return {
        "color": COLORS[rank["dataset"][dataset] % len(COLORS)],
        "marker": MARKERS[number % len(MARKERS)],
        "linestyle": "--" if number % 2 else "-",
        "markerfacecolor": "white" if number % 2 else None,
        "markersize": 5,
    }


def _legend(points: pd.DataFrame, rank: dict[str, dict[str, int]]) -> list[Line2D]:
    kinds = (
        points[["dataset", "kind"]]
        .drop_duplicates()
        .sort_values("kind", kind="stable", key=lambda kind: kind.map(rank["kind"]))
    )
    # A legend leaves out what begins with an underscore: hence the space before a name.
    return [
        Line2D([], [], label=f" {row.dataset}, {row.kind}", **_style(row.dataset, row.kind, rank))
        for row in kinds.itertuples()
    ]


def _plain_ticks(axis) -> None:
    """Ticks of a logarithmic axis at 1, 2, 5 and their tenfolds, written out."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(_plain)
    axis.set_minor_formatter(NullFormatter())


def _plain(value: float, _: int) -> str:
    return f"{value:g}"


def _label(axis: Axes, rows: pd.DataFrame, rank: dict[str, int]) -> None:
    """Write each point's steps where they lie on no marker, line, bar or other label."""
    canvas = axis.figure.canvas
    pixel = axis.figure.dpi / 72
    width, height = canvas.get_width_height()
    taken = np.zeros((height + 1, width + 1), bool)
    x, y = np.clip(_drawn(axis, rows), 0, (width, height)).astype(int).T
    taken[y, x] = True
    for row in rows.itertuples():
        text = axis.annotate(
            row.label,
            (row.seconds, row.mean),
            (0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=_LABEL_SIZE,
            color=COLORS[rank[row.dataset] % len(COLORS)],
        )
        box = text.get_window_extent(canvas.get_renderer()).padded(2)

        def covered(offset: tuple[int, int], box: Bbox = box) -> np.ndarray:
            left, bottom, right, top = box.translated(*(pixel * np.array(offset))).extents
            return taken[max(0, int(bottom)) : int(top) + 1, max(0, int(left)) : int(right) + 1]

        best = min(OFFSETS, key=lambda offset: int(covered(offset).sum()))  # the nearest of them
        text.set_position(best)
        covered(best)[:] = True


def _drawn(axis: Axes, rows: pd.DataFrame) -> np.ndarray:
    """(n, 2) pixels on which there are markers, lines and bars."""
    marker = np.array(list(product(range(-5, 6), repeat=2)))
    along = np.linspace(0, 1, 200)[:, None, None]
    pixels = []
    for _, line in rows.groupby(["dataset", "kind"], sort=False):
        line = line.sort_values("seconds")
        x, y, std = line["seconds"], line["mean"], line["std"].fillna(0)
        points, low, high = (
            axis.transData.transform(np.column_stack([x, at])) for at in (y, y - std, y + std)
        )
        pixels.append((points[:, None] + marker).reshape(-1, 2))
        for start, end in ((points[:-1], points[1:]), (low, high)):
            pixels.append((start + along * (end - start)).reshape(-1, 2))
    return np.concatenate(pixels)
