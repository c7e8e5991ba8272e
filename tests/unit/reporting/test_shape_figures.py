"""Figures of shapes are written as PNG files that show them."""

import matplotlib.image
import matplotlib.pyplot as plt
import numpy as np
import pytest
import trimesh

from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.reporting.shape_figures import (
    plot_interpolation,
    plot_parts,
    plot_retrieved,
    plot_shape_grid,
)
from unit.reporting.helpers import assert_png_that_is_not_blank

_BALL = trimesh.creation.icosphere(3, 0.8)
BALL = MeshShape(np.float32(_BALL.vertices), np.int32(_BALL.faces))
CLOUD = CloudShape(np.float32(_BALL.vertices))


def shapes(path):
    plot_shape_grid(
        [("bed", [CLOUD, None]), ("lamp", [CLOUD, BALL])], ["true", "reconstructed"], path, "shapes"
    )


def interpolation(path):
    plot_interpolation([(("bed", "lamp"), [CLOUD, None, BALL])], path, "between")


def retrieved(path, second="lamp"):
    plot_retrieved([("lamp", [("lamp", CLOUD), (second, BALL)])], path, "nearest")


def parts(path):
    labels = np.arange(len(CLOUD.points)) % 3
    versions = [(CLOUD, labels), (None, np.empty(0, int))]
    plot_parts(
        [("lamp", ["base", "pole", "shade"], versions)], ["true", "predicted"], path, "parts"
    )


PLOTS = [shapes, interpolation, retrieved, parts]


@pytest.mark.parametrize("plot", PLOTS)
def test_a_figure_is_a_png_that_is_not_blank(plot, tmp_path):
    assert_png_that_is_not_blank(plot, tmp_path)


def test_a_shape_that_could_not_be_reconstructed_is_marked(tmp_path):
    nothing = VoxelShape(np.zeros((4, 4, 4), bool))
    for name, shape in {"none": None, "empty": nothing, "some": BALL}.items():
        plot_shape_grid([("bed", [shape])], ["reconstructed"], tmp_path / name, "shapes")
        assert ("none" in name or "empty" in name) == (reddish(tmp_path / name) > 50)
    plot_interpolation([(("a", "b"), [BALL, None, BALL])], tmp_path / "steps", "steps")
    assert reddish(tmp_path / "steps") > 50


def reddish(path):
    pixels = matplotlib.image.imread(path, format="png")[..., :3]
    return ((pixels[..., 0] - pixels[..., 1:].max(2)) > 0.3).sum()


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were drawn, which are not saved."""
    figures = []
    monkeypatch.setattr(
        "inr2vec_core.reporting.shape_figures.save_figure",
        lambda figure, path: figures.append(figure),
    )
    yield figures
    for figure in figures:
        plt.close(figure)


def test_a_shape_grid_has_a_column_per_shape_and_a_row_per_version(drawn):
    shapes = [("bed", [BALL, CLOUD]), ("lamp", [CLOUD, BALL]), ("mug", [CLOUD, None])]
    plot_shape_grid(shapes, ["true", "reconstructed"], "unused", "shapes")
    axes = np.reshape(drawn[0].axes, (2, 3))
    assert [axis.get_title() for axis in axes[0]] == ["bed", "lamp", "mug"]
    assert [axis.get_ylabel() for axis in axes[:, 0]] == ["true", "reconstructed"]
    pictures = [[axis.images[0].get_array() for axis in row] for row in axes]
    # Ball and cloud changed places between the rows; a ball has no bright yellow.
    yellow = [[(p[..., 0] > p[..., 2] + 60.0).any() for p in row] for row in pictures]
    assert yellow == [[False, True, True], [True, False, False]]


def test_steps_are_labeled_and_rows_are_cropped(drawn):
    low = CloudShape(CLOUD.points * [1, 0.05, 1])
    pairs = [(("chair", "table"), [BALL] + [None] * 6), (("car", "bed"), [low] + [None] * 6)]
    plot_interpolation(pairs, "unused", "between")
    axes = np.reshape(drawn[0].axes, (2, 7))
    times = ["t = 0", "1/6", "1/3", "1/2", "2/3", "5/6", "t = 1"]
    assert [axis.get_xlabel() for axis in axes[1]] == times
    assert [[row[0].get_ylabel(), row[-1].get_ylabel()] for row in axes] == [
        ["chair", "table"], ["car", "bed"],
    ]  # fmt: skip
    (high, wide), (lower, as_wide) = (row[0].images[0].get_array().shape[:2] for row in axes)
    assert lower < 0.8 * high and wide == as_wide


def test_a_retrieved_shape_of_another_class_is_framed_in_red(tmp_path):
    retrieved(tmp_path / "right")
    retrieved(tmp_path / "wrong", "bed")
    assert reddish(tmp_path / "right") < 50 < reddish(tmp_path / "wrong")
