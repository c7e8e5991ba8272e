"""The style of all figures, and how they are saved; no display is needed."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Text

STYLE = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 150,
    "savefig.bbox": "tight",
}


def save_figure(figure: Figure, path: str | Path) -> None:
    """Save a figure as PNG and close it.

    Args:
        figure: the figure.
        path: the file to write; its name needs no ending, as temporary names have none.
    """
    for text in figure.findobj(Text):
        if "$" in text.get_text():  # a name of the user's; numbers on axes get their math later
            text.set_parse_math(False)
    # Without metadata, so that the same command gives the same bytes.
    figure.savefig(path, format="png", metadata={"Software": None})
    plt.close(figure)
