"""Tables and figures of repeated fits and of lines between INRs (paper, Appendix K)."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from inr2vec_core.reporting.figure_style import STYLE, save_figure
from inr2vec_core.reporting.markdown import markdown_table, pivot_metrics

COLUMNS = 4  # panels beside each other


def distances_of(frame: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    """The names of fits and their distances.

    Args:
        frame: the columns shape_id and fit, and one for the distance to each fit, by its number.

    Returns:
        "shape_id#fit" of n fits, and (n, n) distances.
    """
    names = [f"{row.shape_id}#{row.fit}" for row in frame.itertuples()]
    return names, frame[[str(k) for k in range(len(frame))]].to_numpy()


def repeatability_markdown(table: pd.DataFrame) -> str:
    """Format repeated fits: a row for each data set, INRs and encoder.

    Args:
        table: the columns dataset, inr, init, method, shapes, n (fits), and what
            `weight_space.repeatability` returns.
    """
    keys = ["dataset", "inr", "init", "method", "shapes", "n"]
    shown = table.assign(**{
        "within": table["within"].map("{:.3g}".format),
        "between": table["between"].map("{:.3g}".format),
        "within / between": table["within / between"].map("{:.3f}".format),
        "nearest of same shape": (100 * table["nearest of same shape"]).map("{:.1f}".format),
    })  # fmt: skip
    note = (
        "Shapes fitted several times with other queries (n fits in all), embedded by a trained "
        "encoder. within: mean distance between embeddings of one shape; between: of different "
        "shapes; nearest of same shape (%): fits whose nearest other fit is of the same shape. "
        "init: random and learned are one start for all INRs, random_each one for each fit."
    )
    return markdown_table([*keys[:4], "shapes", "fits", *shown.columns[6:]],
                          shown.set_index(keys), note)  # fmt: skip


def connectivity_markdown(table: pd.DataFrame) -> str:
    """Format lines between INRs: a row for each data set, INRs and kind of pair.

    Args:
        table: the columns dataset, inr, init, and those of `weight_space.connectivity_rows`.
    """
    cells = [
        (f"{row.mean:.1f}" if row.metric == "in place" else f"{row.mean:.3g}")
        + (f" ± {row.std:.2g}" if pd.notna(row.std) else "")
        for row in table.itertuples()
    ]
    keys = ["dataset", "inr", "init", "kind", "n"]
    wide = pivot_metrics(table.assign(cell=cells), table[keys].drop_duplicates())
    note = (
        "n pairs of INRs: two fits of one shape, or of two shapes; mean ± standard deviation over "
        "pairs. in place (%): hidden units that git re-basin's weight matching, with signs, leaves "
        "where they are. Of one shape, the loss at both ends of the line between the weights, the "
        "highest on it, and the highest after matching. init: random and learned are one start for "
        "all INRs, random_each one for each fit."
    )
    return markdown_table(["data set", *keys[1:4], "pairs", *wide.columns], wide, note)


def plot_distances(
    panels: Sequence[tuple[str, np.ndarray, Sequence[str]]], path: str | Path
) -> None:
    """Draw matrices of distances between embeddings, with lines between the shapes' blocks.

    Args:
        panels: the title of each, its (n, n) distances, and the shapes of the n fits.
        path: the PNG file to write.
    """
    with plt.rc_context(STYLE):
        figure, axes = _panels(len(panels), 2.7, 2.9)
        for axis, (title, distances, ids) in zip(axes, panels, strict=True):
            picture = axis.imshow(distances, cmap="viridis", vmin=0)
            ids = np.asarray(ids)
            starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
            for start in starts[1:]:
                axis.axhline(start - 0.5, color="white", linewidth=0.6)
                axis.axvline(start - 0.5, color="white", linewidth=0.6)
            middles = (starts + np.r_[starts[1:], len(ids)] - 1) / 2
            axis.set_yticks(middles, [name.rpartition("/")[2] for name in ids[starts]], fontsize=6)
            axis.set_xticks([])
            axis.set_title(title, fontsize=7)
            figure.colorbar(picture, ax=axis, fraction=0.046, pad=0.04).ax.tick_params(labelsize=6)
        figure.suptitle("distances between embeddings of repeated fits")
        save_figure(figure, path)


def plot_lines(lines: Sequence[tuple[str, str, pd.DataFrame]], path: str | Path) -> None:
    """Draw losses on the lines between two INRs of a shape: a panel for each shape.

    Args:
        lines: the name of each entry of INRs, the title of its data set, and what
            `weight_space.connectivity` found.
        path: the PNG file to write.
    """
    panels: dict[tuple[str, str], list] = {}
    for name, title, frame in lines:
        for shape_id, rows in frame.dropna(subset="loss").groupby("shape_id", sort=False):
            panels.setdefault((title, str(shape_id)), []).append((name, rows))
    colors = {name: f"C{k}" for k, name in enumerate(dict.fromkeys(name for name, *_ in lines))}
    with plt.rc_context(STYLE):
        figure, axes = _panels(len(panels), 2.6, 2.3)
        for axis, ((title, shape_id), found) in zip(axes, panels.items(), strict=True):
            for name, rows in found:
                for matched, line in rows.groupby("matched"):
                    axis.plot(
                        line["t"],
                        line["loss"],
                        color=colors[name],
                        linestyle="--" if matched else "-",
                        label=f"{name}, matched" if matched else name,
                    )
            axis.set(xlabel="t", ylabel="loss")
            axis.set_title(f"{title}\n{shape_id}", fontsize=7)
        handles = {
            label: handle
            for axis in axes
            for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
        }
        figure.legend(
            handles.values(), handles.keys(), loc="outside lower center", ncols=3, frameon=False
        )
        save_figure(figure, path)


def _panels(n: int, width: float, height: float) -> tuple[plt.Figure, list[plt.Axes]]:
    columns = min(COLUMNS, n)
    rows = -(-n // columns)
    figure, axes = plt.subplots(
        rows,
        columns,
        squeeze=False,
        figsize=(width * columns, height * rows + 0.5),
        layout="constrained",
    )
    for axis in axes.flat[n:]:
        axis.set_axis_off()
    return figure, list(axes.flat[:n])
