"""The whole workflow once, from shapes to table and figures, and what it leaves."""

import csv
import io
import json

import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import trimesh
from conftest import TABLE2

from inr2vec_core.io.checkpoints import read_metadata
from inr2vec_core.tasks.autoencoding.iso_level import SHIFTS

KINDS = ["method", "dataset", "inr", "metric", "seeds", "n"]


def test_table2_has_a_row_for_each_method_and_metric(finished_run):
    run, _ = finished_run
    table = pd.read_csv(run.path / TABLE2)
    assert list(table) == [
        "method", "modality", "dataset", "inr", "metric", "mean", "std", "seeds", "chains", "n",
        "epochs", "n_points", "converged", "augmentation", "paper",
    ]  # fmt: skip
    assert table[KINDS].to_numpy().tolist() == [
        ["inr2vec", "Demo", "small", "accuracy", 2, 6],
        ["inr2vec", "Demo", "small", "hit@1", 1, 6],
        ["weights_probe", "Demo", "small", "accuracy", 1, 6],
        ["bounding_box", "Demo", "small", "accuracy", 2, 6],
        ["inr2vec", "scans", "own_start", "accuracy", 2, 4],
        ["inr2vec", "scans", "own_start", "hit@1", 1, 4],
    ]
    assert table["mean"].between(0, 100).all()
    assert (table["std"].isna() == (table["seeds"] == 1)).all()
    assert table["paper"].isna().all()
    assert (table["augmentation"] == "none").all()
    markdown = run.path.joinpath("results/tables/table2.md").read_text()
    assert all(f"| accuracy | {method} |" in markdown for method in table["method"])


def test_only_finished_and_wanted_files_are_left(finished_run):
    run, _ = finished_run
    results = run.path / "results"
    assert not list(results.glob("checkpoints/*/*/*"))
    assert not run.temporaries()
    drawn = {"curves.png", "decoded.png", "interpolated.png"}
    classified = {"tsne.png", "confusion.png", "retrieved.png"}
    for where, expected in {
        "demo/small/inr2vec": drawn | classified,
        "scans/own_start/inr2vec": drawn | classified,
        "solids/small/inr2vec": drawn,
        "grids/small/inr": {"decoded.png"},
    }.items():
        assert {path.name for path in (results / "figures" / where).iterdir()} == expected
    assert (results / "figures/shapes.html").stat().st_size > 1e6  # with all that it needs


def test_reconstruction_has_upper_bound_inrs_and_embeddings(finished_run):
    run, _ = finished_run
    table = pd.read_csv(run.path / "results/tables/reconstruction.csv")
    assert list(table) == [
        "method", "modality", "dataset", "inr", "split", "metric", "mean", "std", "n", "paper",
    ]  # fmt: skip
    rows = table[table["metric"] == "found"]
    assert {tuple(row) for row in rows[["dataset", "modality", "method", "split"]].to_numpy()} == {
        (dataset, modality, method, split)
        for dataset, modality, methods in [
            ("solids", "mesh", ("upper_bound", "inr", "inr2vec")),
            ("grids", "voxels", ("upper_bound", "inr")),
        ]
        for method in methods
        for split in ("train", "test")
    }
    assert (rows["n"] == 2).all()
    bound = table[table["method"] == "upper_bound"].set_index(["dataset", "split", "metric"])[
        "mean"
    ]
    assert (bound[:, :, "found"] == 100).all()
    assert (bound["grids", :, "CD x1000"] == 0).all()
    assert (bound["grids", :, "F-score"] == 100).all()
    assert (bound["solids", :, "CD x1000"] > 0).all()
    assert (bound["solids", :, "watertight"] == 100).all()
    markdown = run.path.joinpath("results/tables/reconstruction.md").read_text()
    assert "| mesh | solids | small | test | 2 | inr2vec |" in markdown


def test_where_decoded_shapes_are_cut_is_told_and_kept_with_the_model(finished_run):
    results = finished_run[0].path / "results"
    model = results / "solids/encoders/small/inr2vec/model.safetensors"
    assert json.loads(read_metadata(model)["architecture"])["shift"] in SHIFTS
    log = (results / "logs/solids/encoders/small/inr2vec.log").read_text()
    assert "decoded shapes are cut with logits shifted by" in log


def test_manifests_say_how_shapes_were_made(finished_run):
    run, _ = finished_run
    made = {}
    for dataset in ("demo", "solids", "grids"):
        manifest = pd.read_parquet(run.path / f"results/{dataset}/shapes.parquet")
        made[dataset] = set(manifest["preparation"])
        assert (manifest["occupied"].notna() == (dataset == "grids")).all()
    assert made == {"demo": {"cloud"}, "solids": {"watertight"}, "grids": {"shell"}}
    assert manifest["occupied"].between(1 / 512, 48 / 512).all()  # at most a voxel for each point


def test_inrs_are_exported_or_the_lack_of_a_surface_is_told(finished):
    exports = "results/exports/grids/small/inr/6/ball/test"
    targets = [f"{exports}/0.npy", f"{exports}/1.ply"]
    assert finished.planned(*targets) == {"export_shape": 2}
    finished.run(*targets)
    assert np.load(finished.path / targets[0]).shape == (6, 6, 6)
    assert len(trimesh.load(finished.path / targets[1]).faces) > 0
    # Eight steps make no surface of a chair.
    chair = "results/exports/solids/small/inr/12/chair/test/000000.obj"
    done = finished.run(chair, check=False)
    assert done.returncode != 0
    assert "export_shape: chair/test/000000 from inr: all of the cube is outside" in done.stdout


def test_an_export_of_an_unknown_shape_names_one_there_is(finished):
    target = "results/exports/solids/small/inr/12/chair/test/9.obj"
    said = finished.run("--dry-run", target, check=False).stdout
    assert "datasets.solids has no shape chair/test/9; the first is bottle/test/000000" in said


def test_embeddings_are_lists_of_one_length(finished_run):
    run, _ = finished_run
    table = pq.read_table(run.path / "results/demo/embeddings/small/inr2vec.parquet")
    assert table.column_names == ["shape_id", "class", "split", "embedding"]
    assert table.schema.field("embedding").type.list_size == 16
    assert table.num_rows == 24
    assert len(set(table["shape_id"].to_pylist())) == 24


def test_own_initial_weights_squared_error_and_half_precision(finished_run):
    run, _ = finished_run
    with h5py.File(run.path / "results/scans/inrs/own_start/0.h5") as file:
        settings = json.loads(file.attrs["settings"])
        assert (settings["init"], settings["loss"]) == ("random_each", "mse")
        assert file["weights"].dtype == "float16"
    # Eight steps from one start leave INRs close to each other; from starts of their own, not.
    assert largest_difference(run, "demo/inrs/small") < 0.05
    assert largest_difference(run, "scans/inrs/own_start") > 0.2


def largest_difference(run, inrs):
    """Of the weights of the first two INRs."""
    with h5py.File(run.path / "results" / inrs / "0.h5") as file:
        return abs(file["weights"][0] - file["weights"][1]).max()


def test_bad_shapes_are_set_aside_and_named(finished_run):
    run, said = finished_run
    rows = list(csv.DictReader(io.StringIO(run.read("results/scans/rejected.csv").decode())))
    reasons = {row["shape_id"]: row["reason"] for row in rows}
    assert set(reasons) == {"ball/train/holes", "disc/train/text"}
    assert "NaN" in reasons["ball/train/holes"]
    assert "no array in NumPy" in reasons["disc/train/text"]
    assert "scans: 2 shape(s) set aside, 17 kept" in said
    manifest = pd.read_parquet(run.path / "results/scans/shapes.parquet")
    assert len(manifest) == 17
    assert not set(manifest["shape_id"]) & set(reasons)


def test_another_run_gives_the_same_table(finished_run, cached_run):
    assert cached_run.read(TABLE2) == finished_run[0].read(TABLE2)
