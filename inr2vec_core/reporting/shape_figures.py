"""Figures of shapes: reconstructions, interpolations, retrieved shapes, segmented clouds."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from inr2vec_core.geometry.shapes import CloudShape, Shape
from inr2vec_core.reporting.figure_style import STYLE, save_figure
from inr2vec_core.reporting.rendering import is_empty, render

SHAPE_STYLE = STYLE | {"figure.dpi": 200, "savefig.pad_inches": 0.05}
CELL = 1.45  # width of a shape's picture, in inches


def plot_shape_grid(
    shapes: Sequence[tuple[str, Sequence[Shape | None]]],
    versions: Sequence[str],
    path: str | Path,
    title: str,
) -> None:
    """Draw shapes in several versions: a labeled column for each shape, a row for each version.

    Args:
        shapes: the label and the versions of each shape. A version that is None or empty could not
            be reconstructed, and is marked as such.
        versions: the labels of the versions.
        path: the PNG file to write.
        title: the title of the figure.
    """
    rows = zip(*(column for _, column in shapes), strict=True)
    with plt.rc_context(SHAPE_STYLE):
        figure, axes = _draw_shapes(list(rows))
        for axis, (label, _) in zip(axes[0], shapes, strict=True):
            axis.set_title(label, fontsize=9)
        for axis, name in zip(axes[:, 0], versions, strict=True):
            axis.set_ylabel(name, fontsize=9)
        figure.suptitle(title)
        save_figure(figure, path)


def plot_interpolation(
    pairs: Sequence[tuple[tuple[str, str], Sequence[Shape | None]]], path: str | Path, title: str
) -> None:
    """Draw the shapes between two shapes, a row for each pair.

    Args:
        pairs: the labels of the first and the last shape, and all shapes, at equal steps from
            t = 0 to 1; the same number in each row.
        path: the PNG file to write.
        title: the title of the figure.
    """
    with plt.rc_context(SHAPE_STYLE):
        figure, axes = _draw_shapes([steps for _, steps in pairs])
        for row, ((first, last), _) in zip(axes, pairs, strict=True):
            row[0].set_ylabel(first, fontsize=9)
            row[-1].yaxis.set_label_position("right")
            row[-1].set_ylabel(last, fontsize=9, rotation=270, va="bottom")
        n_steps = len(axes[0]) - 1
        for k, axis in enumerate(axes[-1]):
            t = str(Fraction(k, max(n_steps, 1)))
            axis.set_xlabel(f"t = {t}" if k in (0, n_steps) else t, fontsize=8)
        figure.suptitle(title)
        save_figure(figure, path)


def plot_shape_rows(
    rows: Sequence[tuple[str, Sequence[Shape | None]]], path: str | Path, title: str
) -> None:
    """Draw labeled rows of shapes.

    Args:
        rows: the label and the shapes of each row; the same number in each row.
        path: the PNG file to write.
        title: the title of the figure.
    """
    with plt.rc_context(SHAPE_STYLE):
        figure, axes = _draw_shapes([shapes for _, shapes in rows])
        for axis, (label, _) in zip(axes[:, 0], rows, strict=True):
            axis.set_ylabel(label, fontsize=8)
        figure.suptitle(title)
        save_figure(figure, path)


def plot_retrieved(
    queries: Sequence[tuple[str, Sequence[tuple[str, Shape]]]], path: str | Path, title: str
) -> None:
    """Draw queries and their nearest shapes, a row for each query.

    A shape of another class than the query's has a red frame and label.

    Args:
        queries: the class of each query, and the classes and shapes of its row: the query itself,
            then the nearest shapes.
        path: the PNG file to write.
        title: the title of the figure.
    """
    with plt.rc_context(SHAPE_STYLE):
        figure, axes = _draw_shapes([[shape for _, shape in shapes] for _, shapes in queries])
        for k, axis in enumerate(axes[0]):
            axis.set_title("query" if k == 0 else f"{k}", fontsize=9)
        for row, (query_class, shapes) in zip(axes, queries, strict=True):
            row[0].set_ylabel(query_class, fontsize=9)
            for axis, (class_name, _) in zip(row[1:], shapes[1:], strict=True):
                if class_name != query_class:
                    axis.set_xlabel(class_name, fontsize=8, color="firebrick")
                    axis.spines[:].set(visible=True, color="firebrick", linewidth=1.2)
        figure.suptitle(title)
        save_figure(figure, path)


def plot_parts(
    shapes: Sequence[tuple[str, Sequence[str], Sequence[tuple[CloudShape | None, np.ndarray]]]],
    versions: Sequence[str],
    path: str | Path,
    title: str,
) -> None:
    """Draw clouds with their parts in color: a column for each shape, its parts named below.

    A part has one color wherever shapes of its class are drawn.

    Args:
        shapes: of each shape its class, the names of the class's parts, and its versions: a cloud
            and (n,) the part of each point, counted within the class.
        versions: the labels of the versions.
        path: the PNG file to write.
        title: the title of the figure.
    """
    colors = np.array(colormaps["tab10"].colors)
    columns = [
        [(cloud, colors[parts % len(colors)]) for cloud, parts in clouds] for _, _, clouds in shapes
    ]
    rows = list(zip(*columns, strict=True))
    with plt.rc_context(SHAPE_STYLE):
        figure, axes = _draw_shapes(
            [[cloud for cloud, _ in row] for row in rows],
            [[color for _, color in row] for row in rows],
        )
        for axis, name in zip(axes[:, 0], versions, strict=True):
            axis.set_ylabel(name, fontsize=9)
        for top, bottom, (class_name, names, _) in zip(axes[0], axes[-1], shapes, strict=True):
            top.set_title(class_name, fontsize=9)
            for k, name in enumerate(names):
                bottom.text(
                    0.5,
                    -0.04 - 0.11 * k,
                    name,
                    color=colors[k % len(colors)],
                    va="top",
                    ha="center",
                    fontsize=8,
                    transform=bottom.transAxes,
                )
        figure.suptitle(title)
        save_figure(figure, path)


def _draw_shapes(
    rows: Sequence[Sequence[Shape | None]], colors: Sequence[Sequence[np.ndarray]] | None = None
) -> tuple[Figure, np.ndarray]:
    """Draw a picture in each axis, all of one scale, rows cropped to what they show.

    Args:
        rows: the shapes of each row.
        colors: the color of each shape, as for `render`; None for the default colors.
    """
    pixels = round(CELL * SHAPE_STYLE["figure.dpi"])
    colors = colors or [[None] * len(row) for row in rows]
    pictures = np.array([
        [render(shape, pixels, color) for shape, color in zip(row, row_colors, strict=True)]
        for row, row_colors in zip(rows, colors, strict=True)
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
    """The range of a side, (n,) bool, in which pictures show something: at least half of it."""
    n, used = len(shown), np.flatnonzero(shown)
    low, high = (used[0] - margin, used[-1] + 1 + margin) if len(used) else (n // 4, n - n // 4)
    missing = max(0, n // 2 - (high - low)) // 2
    return max(0, low - missing), min(n, high + missing)
