"""Plots of numbers are written as PNG files that are not blank."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from inr2vec_core.reporting.plots import (
    plot_confusion,
    plot_inference_time,
    plot_scatter,
    plot_training_curves,
    plot_validation_accuracy,
)
from unit.reporting.helpers import assert_png_that_is_not_blank


def curves(path):
    history = pd.DataFrame({
        "epoch": [1, 2, 3, 4], "loss": [4.0, 3.0, 2.0, 1.0], "chamfer": [np.nan, 2.0, np.nan, 1.0],
    })  # fmt: skip
    plot_training_curves(history, path, "training", ("loss", "chamfer"))


def scatter(path, classes=3):
    xy = np.random.default_rng(0).normal(size=(60, 2))
    plot_scatter(xy, np.arange(60) % classes, [f"c{k}" for k in range(classes)], path, "map")


def scatter_of_forty_classes(path):
    scatter(path, 40)


def confusion(path):
    counts = np.diag([5, 3, 0])  # no shape of the last class
    plot_confusion(counts, ["a", "b", "c"], path, "confusion")


def learning(path):
    history = pd.DataFrame({"epoch": [1, 2, 3], "accuracy": [0.2, 0.6, 0.7]})
    plot_validation_accuracy({"pointnet": [history, history], "dgcnn": [history]}, path, "networks")


def times(path):
    rows = [("inr2vec", 64, False, 0.001), ("inr2vec", 128, False, 0.001),
            ("dgcnn", 64, True, 0.5), ("dgcnn", 128, True, 2.0)]  # fmt: skip
    columns = ["method", "n_points", "with_reconstruction", "seconds"]
    plot_inference_time(pd.DataFrame(rows, columns=columns), path, "time")


PLOTS = [curves, scatter, scatter_of_forty_classes, confusion, learning, times]


@pytest.mark.parametrize("plot", PLOTS)
def test_a_figure_is_a_png_that_is_not_blank(plot, tmp_path):
    assert_png_that_is_not_blank(plot, tmp_path)


def test_the_same_figure_has_the_same_bytes(tmp_path):
    confusion(tmp_path / "a")
    confusion(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


NAMES = ["$x_^$", "a$b", "_hidden", "100% |x|", "#<b>&"]


def test_any_name_of_a_class_is_drawn_as_it_is(tmp_path, monkeypatch):
    drawn = []
    save = Figure.savefig

    def savefig(figure, *args, **kwargs):
        save(figure, *args, **kwargs)
        drawn.append([text.get_text() for text in figure.findobj(Text)])

    monkeypatch.setattr(Figure, "savefig", savefig)
    plot_confusion(np.eye(5), NAMES, tmp_path / "confusion.png", "$x_^$")
    xy = np.random.default_rng(0).normal(size=(5, 2))
    plot_scatter(xy, np.arange(5), NAMES, tmp_path / "scatter.png", "$x_^$")
    for texts in drawn:
        assert {*NAMES} <= {text.strip() for text in texts}
