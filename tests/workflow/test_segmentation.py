"""Part segmentation, on top of the finished run."""

import json
import shutil

import pandas as pd
import pyarrow as pa
import pytest
from conftest import Workflow

from inr2vec_core.io.frames import read_arrow, write_arrow

LAID_OVER = ("--configfile", "segmentation.yaml", "--")
TABLES = ("results/tables/table3.csv", "results/tables/table7.csv")
KINDS = ["instance mIoU", "class mIoU", "mIoU bottle", "mIoU chair", "mIoU table"]


@pytest.fixture(scope="module")
def segmented(run_on_top):
    """The finished run with tables 3 and 7 and their figures, and what was said."""
    return run_on_top("segmentation.yaml")


def rows(segmented, number):
    table = pd.read_csv(segmented[0].path / f"results/tables/table{number}.csv")
    return table.pivot(index=["inr", "method"], columns="metric", values="mean"), table


def test_every_method_has_every_metric(segmented):
    wide, table = rows(segmented, 7)
    assert list(wide.index) == [
        ("small", name)
        for name in ("dgcnn_parts", "inr2vec", "nearest_point", "pointnet2_parts", "pointnet_parts")
    ]
    assert list(table["metric"].unique()) == KINDS
    assert wide.notna().all(axis=None) and wide.min(axis=None) >= 0 and wide.max(axis=None) <= 100
    by_method = table.groupby("method")[["seeds", "epochs"]].first()
    assert by_method.loc["pointnet_parts"].tolist() == [2, 2]
    assert by_method.loc["inr2vec"].tolist() == [1, 2]
    assert by_method.loc["nearest_point", "seeds"] == 1
    assert pd.isna(by_method.loc["nearest_point", "epochs"])
    assert table.groupby("method")["augmentation"].unique().map(list).to_dict() == {
        "pointnet_parts": ["online"], "pointnet2_parts": ["none"], "dgcnn_parts": ["online"],
        "inr2vec": ["none"], "nearest_point": ["none"],
    }  # fmt: skip


def test_the_nearest_training_point_knows_more_than_nothing(segmented):
    originals, _ = rows(segmented, 7)
    reconstructed, _ = rows(segmented, 3)
    assert originals.loc[("small", "nearest_point"), "class mIoU"] > 35
    assert reconstructed.loc[("fitted", "nearest_point"), "class mIoU"] > 20


def test_a_shape_that_cannot_be_reconstructed_has_no_part_right(segmented):
    reconstructed, _ = rows(segmented, 3)
    # Eight steps leave no surface.
    assert (reconstructed.loc[("small", "nearest_point")] == 0).all()
    assert (reconstructed.loc["fitted"] > 0).any(axis=None)


def test_a_shape_of_an_unknown_part_is_left_out_and_named(segmented):
    workflow, said = segmented
    parts = pd.read_csv(workflow.path / "results/demo/parts.csv")
    assert list(parts["part"]) == list(range(len(parts)))
    # No training table of this tiny data set has a shelf.
    assert "shelf" not in set(parts["name"])
    assert "1 of 6 shapes of test cannot be segmented and are left out: table/test/000001" in said
    _, table = rows(segmented, 7)
    assert (table["n"] == 5).all()


def test_figures_of_parts_are_drawn(segmented):
    figures = segmented[0].path / "results/figures/demo"
    for inr in ("small", "fitted"):
        assert (figures / inr / "inr2vec/parts.png").stat().st_size > 5000


def test_a_shape_without_embedding_has_no_part_right(segmented, tmp_path):
    workflow = Workflow(shutil.copytree(segmented[0].path, tmp_path / "project"))
    path = workflow.path / "results/demo/embeddings/small/inr2vec.parquet"
    table, metadata = read_arrow(path)
    kept = [name != "chair/test/000000" for name in table["shape_id"].to_pylist()]
    write_arrow(path, table.filter(pa.array(kept)), metadata)
    out = "results/demo/segmentation/small/inr2vec/original/seed0"
    figure = "results/figures/demo/small/inr2vec/parts.png"
    workflow.run("--force", *LAID_OVER, f"{out}/metrics.json", figure)
    shapes = pd.read_parquet(workflow.path / out / "shapes.parquet").set_index("shape_id")["miou"]
    assert shapes["chair/test/000000"] == 0 and shapes.drop("chair/test/000000").max() > 0
    found = json.loads((workflow.path / out / "metrics.json").read_text())
    assert (found["n_test"], found["n_without_shape"], found["n_left_out"]) == (5, 1, 1)


def test_nothing_is_left_to_do_and_edits_rerun_what_they_touch(segmented):
    workflow, _ = segmented
    assert not workflow.planned(*LAID_OVER, "tables", "figures")

    def planned(old, new):
        return workflow.planned_with("segmentation.yaml", old, new, *LAID_OVER, *TABLES)

    assert planned("neighbors: 5", "neighbors: 6") == {
        "train_segmenter",
        "evaluate_segmentation",
        "table7",
    }
    assert planned("queries: 32", "queries: 33") == {
        "train_part_decoder", "evaluate_segmentation", "table3", "table7"}  # fmt: skip
    assert planned("drawn_points: 300", "drawn_points: 310") == set()
    assert planned("methods: [inr2vec, nearest_point]", "methods: [inr2vec]") == {
        "table3"}  # fmt: skip
