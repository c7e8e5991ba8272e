"""Tables and figures of repeated fits and of lines between INRs."""

import numpy as np
import pandas as pd

from inr2vec_core.reporting.weight_space import (
    connectivity_markdown,
    distances_of,
    plot_distances,
    plot_lines,
    repeatability_markdown,
)
from unit.reporting.helpers import assert_png_that_is_not_blank

DISTANCES = np.array([[0.0, 1, 4], [1, 0, 3], [4, 3, 0]])
NAMED = {"dataset": "D", "inr": "few", "init": "random"}


def test_names_and_distances_of_a_frame():
    frame = pd.DataFrame({"shape_id": ["a/0", "a/0", "b/1"], "fit": [0, 1, 0]})
    frame = frame.assign(**{str(k): column for k, column in enumerate(DISTANCES.T)})
    names, found = distances_of(frame)
    assert names == ["a/0#0", "a/0#1", "b/1#0"]
    np.testing.assert_array_equal(found, DISTANCES)


def test_repeated_fits_as_text():
    row = NAMED | {"method": "mine", "shapes": 2, "n": 6, "within": 0.5, "between": 2.0,
                   "within / between": 0.25, "nearest of same shape": 0.5}  # fmt: skip
    text = repeatability_markdown(pd.DataFrame([row]))
    assert "| D | few | random | mine | 2 | 6 | 0.5 | 2 | 0.250 | 50.0 |" in text
    assert text.startswith("| dataset | inr | init | method | shapes | fits | within |")


def test_lines_as_text():
    rows = [
        ("same shape", "in place", 87.5, 2.0, 4), ("same shape", "highest loss", 1.234, 0.1, 4),
        ("other shapes", "in place", 1.0, None, 3),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["kind", "metric", "mean", "std", "n"]).assign(**NAMED)
    text = connectivity_markdown(table)
    assert "| D | few | random | same shape | 4 | 87.5 ± 2 | 1.23 ± 0.1 |" in text
    assert "| D | few | random | other shapes | 3 | 1.0 | – |" in text


def test_matrices_are_drawn(tmp_path):
    panels = [("one", DISTANCES, ["a/0", "a/0", "b/1"])] * 5
    assert_png_that_is_not_blank(lambda path: plot_distances(panels, path), tmp_path)


def test_lines_are_drawn(tmp_path):
    t = np.linspace(0, 1, 5)
    one = pd.DataFrame({"shape_id": "a", "matched": False, "t": t, "loss": t * (1 - t)})
    other = one.assign(matched=True, loss=0.1)
    frame = pd.concat([one, other, one.assign(shape_id="b"), one.assign(loss=np.nan)])
    lines = [("few (learned)", "D", frame), ("own (random_each)", "D", frame)]
    assert_png_that_is_not_blank(lambda path: plot_lines(lines, path), tmp_path)
