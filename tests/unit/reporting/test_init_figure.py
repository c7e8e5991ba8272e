"""Quality of INRs over the seconds that each took, drawn."""

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from inr2vec_core.reporting.init_figure import plot_inits, points_of
from unit.reporting.helpers import assert_png_that_is_not_blank

FITS = [("few", "learned", 5, 0), ("few_5", "learned", 5, 0),
        ("few_20", "learned", 5, 20), ("small", "random", 0, 300)]  # fmt: skip
COLUMNS = ["dataset", "inr", "init", "sgd_steps", "steps", "method", "metric", "mean", "std"]


@pytest.fixture
def table():
    """Two data sets, each fitted in four ways; nearly the same figures, so that points crowd."""
    rows = []
    for k, dataset in enumerate(("clouds", "meshes")):
        for n, fit in enumerate(FITS):
            near = 1 + 0.01 * n + 0.02 * k
            named = (dataset, *fit)
            rows += [
                (*named, "inr", "s/INR", 0.02 * near, None),
                (*named, "inr", "loss", 0.3 * near, None),
                (*named, "inr", "CD x1000", 2 * near, None),
                (*named, "inr", "found", 100, None),
                (*named, "projected", "accuracy", 80 * near, 1.0),
            ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    trained = table["inr"].map(lambda inr: "20 copies" if inr == "few" else "none")
    return table.assign(augmentation=trained.where(table["method"] == "projected"))


@pytest.fixture
def drawn(monkeypatch):
    """The figures that are saved, as they were."""
    figures = []
    save = Figure.savefig

    def savefig(figure, *args, **kwargs):
        boxes = [
            [text.get_window_extent() for text in axis.texts if isinstance(text, Annotation)]
            for axis in figure.axes
        ]
        labels = [[text.get_text() for text in axis.texts] for axis in figure.axes]
        figures.append((figure, labels, boxes))
        save(figure, *args, **kwargs)

    monkeypatch.setattr(Figure, "savefig", savefig)
    return figures


def test_each_figure_stands_beside_the_seconds_of_its_inrs(table):
    points = points_of(table)
    assert "s/INR" not in set(points["metric"])
    found = points[points["dataset"] == "meshes"].drop_duplicates("inr").set_index("inr")
    assert found["seconds"].to_dict() == pytest.approx(
        {"few": 0.0204, "few_5": 0.0206, "few_20": 0.0208, "small": 0.021}
    )
    labels = {"few": "5", "few_5": "5", "few_20": "5+20", "small": "300"}
    assert found["label"].to_dict() == labels


def test_copies_are_a_line_of_their_own_for_encoders_and_none_for_shapes(table):
    points = points_of(table)
    for metric, entries in (
        ("loss", {"few_5": "learned", "few_20": "learned", "small": "random"}),
        ("accuracy", {"few": "learned with copies", "few_5": "learned", "few_20": "learned",
                      "small": "random"}),
    ):  # fmt: skip
        found = points[(points["metric"] == metric) & (points["dataset"] == "clouds")]
        assert found.set_index("inr")["kind"].to_dict() == entries
    only = points_of(table[table["inr"] != "few_5"])  # where there are none without
    assert set(only.loc[only["metric"] == "loss", "inr"]) == {"few", "few_20", "small"}


def test_it_has_a_panel_for_each_metric_that_there_is(table, drawn, tmp_path):
    assert_png_that_is_not_blank(lambda path: plot_inits(table, ["projected"], path), tmp_path)
    ((figure, labels, _),) = drawn
    shown = [axis.get_ylabel() for axis in figure.axes if axis.axison]
    assert shown == ["loss", "Chamfer distance × 1000", "accuracy (%) of projected"]
    of_inrs = sorted(["5", "5+20", "300"] * 2)
    assert [sorted(texts) for texts in labels[:3]] == [
        of_inrs,
        of_inrs,
        sorted([*of_inrs, "5", "5"]),
    ]
    (legend,) = figure.legends
    assert [text.get_text().strip() for text in legend.get_texts()] == [
        "clouds, learned", "meshes, learned", "clouds, random", "meshes, random",
        "clouds, learned with copies", "meshes, learned with copies",
    ]  # fmt: skip


def test_no_label_lies_on_another(table, drawn, tmp_path):
    plot_inits(table, ["projected"], tmp_path / "init.png")
    ((_, _, panels),) = drawn
    for boxes in panels:
        for k, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[:k])
