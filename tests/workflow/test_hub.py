"""A model and INRs that are handed on, and used where nothing else of the run is."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import yaml
from conftest import HERE, PROJECT

from inr2vec_core.api.inrs import Inrs
from inr2vec_core.io.embeddings import embeddings_by_shape

MODEL, INRS = "results/hub/scans/few/inr2vec", "results/hub/scans/few/inrs"
FOLDERS = {
    MODEL: {"model.safetensors", "init.safetensors", "config.json", "metrics.json", "README.md"},
    INRS: {"data", "init.safetensors", "config.json", "README.md"},
}
EMBEDDINGS = "results/scans/embeddings/few/inr2vec.parquet"
NEW = "ball/test/0"
ELSEWHERE = """
import sys
import numpy as np
import inr2vec_core as i2v

model = i2v.load_model("model")
found = model.embed(model.fit(["cloud.npy"], names=[sys.argv[1]]))
inrs = i2v.Inrs.load("inrs")
np.savez("found.npz", new=found, names=inrs.names, again=model.embed(inrs))
"""


@pytest.fixture(scope="module")
def handed_on(finished_run, tmp_path_factory):
    """The finished run, and on top the folders."""
    path = tmp_path_factory.mktemp("hub") / "project"
    made = type(finished_run[0])(shutil.copytree(finished_run[0].path, path))
    shutil.copy(HERE / "hub.yaml", path)
    made.run("--configfile", "hub.yaml", "--", *(f"{folder}/README.md" for folder in FOLDERS))
    return made


def card(made, folder):
    _, front, body = (made.path / folder / "README.md").read_text("utf-8").split("---\n", 2)
    return yaml.safe_load(front), body


def test_the_folders_alone_are_enough(handed_on, tmp_path):
    """In a process of its own, in an empty folder."""
    shutil.copytree(handed_on.path / MODEL, tmp_path / "model")
    shutil.copytree(handed_on.path / INRS, tmp_path / "inrs")
    shutil.copy(handed_on.path / f"data/scans/{NEW}.npy", tmp_path / "cloud.npy")
    env = handed_on.env | {"PYTHONPATH": str(PROJECT), "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, NEW], cwd=tmp_path, env=env, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    found = np.load(tmp_path / "found.npz")
    expected = embeddings_by_shape(handed_on.path / EMBEDDINGS)
    np.testing.assert_allclose(found["new"][0], expected[NEW], rtol=0, atol=1e-6)
    assert sorted(found["names"]) == sorted(expected)
    for name, embedding in zip(found["names"], found["again"], strict=True):
        np.testing.assert_allclose(embedding, expected[name], rtol=0, atol=1e-6)


def test_the_model_is_that_of_the_run(handed_on):
    trained = "results/scans/encoders/few/inr2vec/model.safetensors"
    assert handed_on.read(f"{MODEL}/model.safetensors") == handed_on.read(trained)


def test_inrs_are_those_of_the_run(handed_on):
    found = Inrs.load(handed_on.path / INRS)
    rows = dict(zip(found.names, found.weights, strict=True))
    for k in range(2):
        own = Inrs.load(handed_on.path / f"results/scans/inrs/few/{k}.h5")
        for name, weights in zip(own.names, own.weights, strict=True):
            assert (rows.pop(name) == weights).all()
    assert not rows


def test_cards_tell_data_licenses_metrics_and_commands(handed_on):
    for folder, names in FOLDERS.items():
        there = {path.name for path in (handed_on.path / folder).iterdir()}
        assert there == names
    front, body = card(handed_on, MODEL)
    assert front["license"] == "mit"
    metrics = {
        metric["type"]: metric["value"]
        for result in front["model-index"][0]["results"]
        for metric in result["metrics"]
    }
    assert {"accuracy", "hit@1", "mAP@10", "F-score"} <= metrics.keys()
    retrieval = "results/scans/retrieval/few/inr2vec/metrics.json"
    known = json.loads(handed_on.read(retrieval))
    assert metrics["hit@1"] == round(100 * known["hit@1"], 2)
    command = "`snakemake --cores 8 --configfile hub.yaml -- results"
    for target in (f"{retrieval[7:]}`", f"{MODEL[7:]}/README.md`"):
        assert command + target in body
    assert "scans: For research: no sale." in body
    front, body = card(handed_on, INRS)
    assert (front["license"], front["license_name"]) == ("other", "For research: no sale")
    assert [split["split"] for split in front["configs"][0]["data_files"]] == [
        "train", "val", "test",
    ]  # fmt: skip


def test_shapes_of_one_class_are_not_scored(handed_on):
    over = ("--configfile", "hub.yaml", "--")
    planned = handed_on.planned(*over, "results/hub/one_class/few/inr2vec/README.md")
    assert {"hub_model", "evaluate_reconstruction", "train_encoder"} <= planned.keys()
    assert not {"classify_embeddings", "evaluate_retrieval"} & planned.keys()
    planned = handed_on.planned(*over, "results/hub/demo/small/of_both/README.md")
    assert planned["build_manifest"] == 1 and planned["train_encoder"] == 1


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("scans/few/of_file", "hand on that file's own folder"),
        ("scans/small/from_demo", "is not trained on scans: hand on "
         "results/hub/demo/small/inr2vec"),
        ("scans/small/of_both", "is not trained on scans: hand on results/hub/demo/small/of_both"),
        ("scans/own_start/inr2vec", "weights of its own (random_each)"),
        ("scans/own_start/inrs", "weights of its own (random_each)"),
    ],
)  # fmt: skip
def test_what_cannot_be_handed_on_is_refused_before_anything_runs(target, words, handed_on):
    over = ("--dry-run", "--configfile", "hub.yaml", "--")
    said = handed_on.run(*over, f"results/hub/{target}/README.md", check=False)
    assert said.returncode and words in said.stdout


def test_a_license_rewrites_the_folders_alone(handed_on, tmp_path):
    made = type(handed_on)(shutil.copytree(handed_on.path, tmp_path / "project"))
    over = ("--configfile", "hub.yaml", "--", *(f"{folder}/README.md" for folder in FOLDERS))
    assert not made.planned(*over)
    assert made.planned_with("hub.yaml", "{license: mit}", "{license: ''}", *over) == {"hub_model"}
    both = {"hub_model", "hub_inrs"}
    assert made.planned_with("hub.yaml", ": no sale", "", *over) == both
