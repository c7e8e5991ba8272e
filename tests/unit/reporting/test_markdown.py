"""Tables as Markdown."""

import pandas as pd

from inr2vec_core.reporting.markdown import (
    generation_markdown,
    inference_time_markdown,
    markdown_table,
    reconstruction_markdown,
    scores_markdown,
    segmentation_markdown,
)
from inr2vec_core.reporting.tables import add_paper_values, generation_rows, reconstruction_rows


def test_scores_in_the_papers_layout(table):
    other = table.iloc[[0]].assign(dataset="other", mean=12.34, std=0.04, paper=float("nan"))
    lines = scores_markdown(pd.concat([table, other])).splitlines()
    assert lines[:5] == [
        "| metric (%) | method | augmentation | point cloud: demo (small) "
        "| point cloud: other (small) |",
        "|---|---|---|---|---|",
        "| accuracy | inr2vec | 2 copies | 85.0 ± 7.1 (87.0) | 12.3 ± 0.0 |",
        "| hit@1 | inr2vec | 2 copies | 75.0 | – |",
        "| accuracy | bounding_box | – | 50.0 | – |",
    ]
    assert "bounding_box is" in lines[-1] and "weights_probe" not in lines[-1]


def test_a_network_is_shown_with_its_training_and_marked_if_not_converged(network_table):
    table = network_table
    table.insert(1, "modality", "point cloud")
    shown = scores_markdown(table.assign(paper=float("nan")))
    assert (
        "| accuracy | pointnet (2 seeds, 50 epochs, 512 points) | online | 90.0* ± 0.0 |" in shown
    )
    assert "| accuracy | inr2vec | – | 80.0 |" in shown
    assert "*: the validation curve still rose" in shown
    assert "*:" not in scores_markdown(table.iloc[1:].assign(paper=float("nan")))


def test_reconstructions_stand_beside_the_values_of_the_paper(reconstructions):
    table = reconstruction_rows(reconstructions).assign(
        method="inr", modality="mesh", dataset="Manifold40", inr="small"
    )
    paper = pd.DataFrame([
        {"method": "inr", "modality": "mesh", "dataset": "Manifold40", "split": "test",
         "metric": "CD x1000", "value": 0.3},
    ])  # fmt: skip
    lines = reconstruction_markdown(add_paper_values(table, paper, ["split"])).splitlines()
    assert lines[0] == (
        "| modality | dataset | inr | split | n | method "
        "| CD x1000 | F-score | stray | found | watertight |"
    )
    assert lines[2:4] == [
        "| mesh | Manifold40 | small | train | 1 | inr | 1 | 90 | 50 | 100 | 100 |",
        "| mesh | Manifold40 | small | test | 3 | inr | 3 (0.3) | 40 | 5 | 66.7 | 33.3 |",
    ]


def test_part_segmentation_has_a_row_for_each_method():
    rows = [
        ("inr2vec", "class mIoU", 71.26, 3, True, "2 copies", 71.1),
        ("inr2vec", "mIoU mug", 92, 3, True, "2 copies", 92.4),
        ("nearest_point", "class mIoU", 40, 1, None, "none", None),
    ]
    columns = ["method", "metric", "mean", "seeds", "converged", "augmentation", "paper"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.assign(dataset="Demo", inr="small", std=0.5, n_points=pd.NA)
    table["epochs"] = pd.array([9, 9, None], "Int64")
    lines = segmentation_markdown(table).split("\n")
    assert lines[0] == "| data set | inr | method | augmentation | class mIoU | mIoU mug |"
    assert lines[2:4] == [
        "| Demo | small | inr2vec (3 seeds, 9 epochs) | 2 copies "
        "| 71.3 ± 0.5 (71.1) | 92.0 ± 0.5 (92.4) |",
        "| Demo | small | nearest_point | none | 40.0 ± 0.5 | – |",
    ]
    assert "*:" not in lines[5]
    assert "*:" in segmentation_markdown(table.assign(converged=False))


def test_inference_times_have_a_column_for_each_size():
    rows = [
        ("inr2vec", 64, False, 0.001, 0.001), ("inr2vec", 128, False, 0.001, 0.001),
        ("dgcnn", 64, False, 0.25, float("nan")), ("dgcnn", 64, True, 1.5, float("nan")),
    ]  # fmt: skip
    table = pd.DataFrame(
        rows, columns=["method", "n_points", "with_reconstruction", "seconds", "paper"]
    )
    table = table.assign(dataset="Demo", inr="small", device="CPU")
    lines = inference_time_markdown(table).split("\n")
    assert lines[0] == "| data set | inr | method | 64 points | 128 points |"
    assert lines[2:5] == [
        "| Demo | small | inr2vec | 0.001 (0.001) | 0.001 (0.001) |",
        "| Demo | small | dgcnn | 0.25 | – |",
        "| Demo | small | dgcnn * | 1.5 | – |",
    ]
    assert "on CPU" in lines[6]


def test_generated_shapes_show_the_deviation_over_draws(draws):
    table = generation_rows(draws).assign(dataset="D", inr="i", encoder="e", method="m")
    text = generation_markdown(table)
    assert "| D | i | e | all | m | 35 ± 14 |" in text


def test_bar_in_a_name_ends_no_column():
    wide = pd.DataFrame({"a|b": ["1"]}, index=pd.MultiIndex.from_tuples([("x|y",)]))
    header, _, row, *_ = markdown_table(["k", *wide.columns], wide, "").splitlines()
    assert (header, row) == (r"| k | a\|b |", r"| x\|y | 1 |")
