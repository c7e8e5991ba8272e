"""The paper's settings plan, given the data, and a miniature of them runs."""

import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml
from conftest import PROJECT
from safetensors import safe_open

EMBEDDINGS = "results/modelnet40/embeddings/siren512/inr2vec.parquet"
RETRIEVAL = "results/modelnet40/retrieval/siren512/inr2vec/metrics.json"


def write_h5(root: Path, split: str, shapes: int, points: int = 2048) -> None:
    """Clouds of two classes in turn, in the layout of modelnet40_ply_hdf5_2048."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "shape_names.txt").write_text("airplane\nbathtub\n")
    rng = np.random.default_rng(len(split))
    with h5py.File(root / f"ply_data_{split}0.h5", "w") as file:
        file["data"] = rng.normal(size=(shapes, points, 3)).astype(np.float32)
        file["label"] = (np.arange(shapes) % 2).astype(np.uint8)[:, None]


def write_folder(root: Path, shapes: int, ending: str = ".npy") -> None:
    for split in ("train", "test"):
        for name in ("bed", "chair"):
            (root / name / split).mkdir(parents=True)
            for k in range(shapes):
                (root / name / split / f"{k}{ending}").touch()


@pytest.fixture
def paper(workflow):
    write_h5(workflow.path / "data/modelnet40_ply_hdf5_2048", "train", 256, 4)
    write_h5(workflow.path / "data/modelnet40_ply_hdf5_2048", "test", 32, 4)
    for name in ("shapenet", "scannet"):
        write_folder(workflow.path / f"data/PointDA_data/{name}", 70)
    write_folder(workflow.path / "data/Manifold40", 40, ".obj")
    return workflow


def test_table2_is_planned_with_the_papers_settings(paper):
    planned = paper.planned("--configfile", "configs/paper.yaml", "--", "results/tables/table2.csv")
    assert planned["fit_inrs"] == 4 * 128 + 256
    assert planned["train_encoder"] == planned["embed_inrs"] == 5
    assert planned["classify_embeddings"] == 15


def test_the_same_is_planned_with_a_learned_init(paper):
    files = ("configs/paper.yaml", "configs/paper_learned.yaml")
    planned = paper.planned("--configfile", *files, "--", "results/tables/table2.csv")
    # For embeddings, and once more for the shapes that networks read.
    assert planned["fit_inrs"] == 2 * (4 * 128 + 256)
    assert planned["learn_init"] == planned["train_encoder"] == planned["embed_inrs"] == 5
    assert not planned["init_inr"]


def test_what_small_folders_start_from_is_made_first(workflow):
    data = workflow.path.parent / "shared/data"
    write_folder(data / "shrec16", 20, ".obj")
    for name in ("Chair", "Human"):
        (data / "princeton_segmentation" / name).mkdir(parents=True)
        for k in range(20):
            for ending in (".off", "_labels.txt"):
                (data / "princeton_segmentation" / name / f"{k}{ending}").touch()
    write_h5(data / "modelnet10_clouds", "train", 64, 4)
    write_h5(data / "modelnet10_clouds", "test", 16, 4)
    shutil.copy(PROJECT / "config.yaml", workflow.path)
    files = ("configs/modelnet10.yaml", "configs/small_folders.yaml")
    jobs = workflow.jobs("--configfile", *files, "--", "results/tables/encoders.csv")
    where = {
        rule: {(w["dataset"], w.get("init") or w.get("encoder")) for r, w in jobs if r == rule}
        for rule in ("learn_init", "train_encoder")
    }
    assert where["learn_init"] == {("modelnet10", "learned"), ("demo_meshes", "learned")}
    assert {("modelnet10", "projected"), ("demo_meshes", "of_demo")} < where["train_encoder"]
    assert not any(name.endswith("taken") for _, name in where["train_encoder"])


def test_missing_data_is_named(workflow):
    done = workflow.run("--dry-run", "--configfile", "configs/paper.yaml", "--",
                        "results/tables/table2.csv", check=False)  # fmt: skip
    assert done.returncode != 0
    assert "datasets.modelnet40" in done.stdout
    assert "data/modelnet40_ply_hdf5_2048" in done.stdout
    assert "root" in done.stdout


def test_a_miniature_with_the_real_widths_runs(workflow):
    root = workflow.path / "data/modelnet40_ply_hdf5_2048"
    write_h5(root, "train", 4)
    write_h5(root, "test", 2)
    mini = yaml.safe_load((workflow.path / "configs/paper.yaml").read_text())
    mini["datasets"]["modelnet40"] |= {
        "shards": 1, "copies": 1, "validation_fraction": 0.5,
        "queries": {"per_shape": 2000},
    }  # fmt: skip
    mini["inrs"]["siren512"] |= {"steps": 2, "queries": 200, "batch": 4}
    mini["encoders"]["inr2vec"] |= {"epochs": 1, "queries": 100, "validation_points": 16,
                                    "validation_shapes": 1}  # fmt: skip
    (workflow.path / "mini.yaml").write_text(yaml.safe_dump(mini))
    workflow.run("--configfile", "mini.yaml", "--", EMBEDDINGS, RETRIEVAL)
    assert json.loads(workflow.read(RETRIEVAL))["augmentation"] == "1 copy"

    with h5py.File(workflow.path / "results/modelnet40/inrs/siren512/0.h5") as file:
        assert file["weights"].shape == (8, 790_529)  # 2 training shapes twice, 2 val, 2 test
    model = workflow.path / "results/modelnet40/encoders/siren512/inr2vec/model.safetensors"
    with safe_open(model, "np") as file:
        assert file.get_tensor("decoder.first.of_embedding").shape == (512, 1024)
        assert file.get_tensor("decoder.first.of_features").shape == (512, 63)
