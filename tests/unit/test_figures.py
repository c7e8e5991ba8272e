"""Figures are written as PNG that show something."""

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from inr2vec_core.figures import VIEW, plot_cloud_grid, plot_confusion, plot_curves, plot_scatter


def curves(path):
    history = pd.DataFrame({
        "epoch": [1, 2, 3, 4], "loss": [4.0, 3.0, 2.0, 1.0], "chamfer": [np.nan, 2.0, np.nan, 1.0],
    })  # fmt: skip
    plot_curves(history, path, "training", ("loss", "chamfer"))


def scatter(path, classes=3):
    xy = np.random.default_rng(0).normal(size=(60, 2))
    plot_scatter(xy, np.arange(60) % classes, [f"c{k}" for k in range(classes)], path, "map")


def scatter_of_forty_classes(path):
    scatter(path, 40)


def confusion(path):
    counts = np.diag([5, 3, 0])  # no shape of the last class
    plot_confusion(counts, ["a", "b", "c"], path, "confusion")


def clouds(path):
    cloud = np.random.default_rng(0).normal(size=(200, 3)) / 4
    plot_cloud_grid(
        [("bed", [cloud, None]), ("lamp", [cloud, cloud])], ["true", "rebuilt"], path, "clouds"
    )


@pytest.mark.parametrize("plot", [curves, scatter, scatter_of_forty_classes, confusion, clouds])
def test_a_figure_is_a_png_that_shows_something(plot, tmp_path):
    path = tmp_path / "temporary.tmp"  # as `atomic` names files: no .png to tell the format by
    plot(path)
    assert path.read_bytes().startswith(b"\x89PNG")
    pixels = matplotlib.image.imread(path, format="png")
    height, width, _ = pixels.shape
    assert height > 150 and width > 150
    assert 0.002 < (pixels[..., :3] < 0.9).any(2).mean() < 0.9


def test_the_same_figure_has_the_same_bytes(tmp_path):
    confusion(tmp_path / "a")
    confusion(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_cloud_that_could_not_be_rebuilt_says_so(tmp_path):
    plot_cloud_grid([("bed", [None])], ["rebuilt"], tmp_path / "none", "clouds")
    pixels = matplotlib.image.imread(tmp_path / "none", format="png")[..., :3]
    reddish = (pixels[..., 0] - pixels[..., 1:].max(2)) > 0.3
    assert reddish.sum() > 50


def test_points_in_front_hide_those_behind(tmp_path):
    turn, tilt = VIEW
    sight = np.array([-np.sin(turn) * np.cos(tilt), np.sin(tilt), np.cos(turn) * np.cos(tilt)])
    front, behind = 0.9 * sight[None], -0.9 * sight[None]  # the eye is above and in front
    pixels = {}
    for name, cloud in {
        "both": np.concatenate([front, behind]),
        "swapped": np.concatenate([behind, front]),
        "front": front,
        "behind": behind,
    }.items():
        plot_cloud_grid([("", [cloud])], [""], tmp_path / name, "")
        pixels[name] = matplotlib.image.imread(tmp_path / name, format="png")[..., :3]
    # The point's middle: yellow in front, violet behind, so where there is least blue.
    middle = np.unravel_index(pixels["front"][..., 2].argmin(), pixels["front"].shape[:2])
    seen = {name: image[middle] for name, image in pixels.items()}
    np.testing.assert_allclose(seen["both"], seen["front"], atol=0.1)
    np.testing.assert_array_equal(pixels["swapped"], pixels["both"])
    assert np.abs(seen["behind"] - seen["front"]).max() > 0.3
