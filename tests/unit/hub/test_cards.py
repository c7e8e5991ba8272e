"""Cards: what the hub reads at their top, and what people read below."""

from dataclasses import replace

import pytest
import yaml

from inr2vec_core.hub.cards import inrs_card, model_card, write_card
from inr2vec_core.hub.facts import Metric
from inr2vec_core.hub.inr_folder import describe_inrs
from inr2vec_core.hub.model_folder import describe_model
from unit.hub.helpers import QUERIES, SHAPES

METRICS = [
    Metric("classification", "accuracy", "%", 61.25, 1.5, 3, 7, "test", "do a"),
    Metric("reconstruction", "CD x1000", "", 2.5, None, 1, 6, "test", "do b"),
]
LICENSES = [
    ("", {"license": "unknown"}, "not stated"),
    ("cc-by-4.0", {"license": "cc-by-4.0"}, "cc-by-4.0"),
    ("For research: only", {"license": "other", "license_name": "For research: only"},
     "For research: only"),
]  # fmt: skip


def written(folder, card):
    write_card(folder / "README.md", *card)
    empty, front, body = (folder / "README.md").read_text("utf-8").split("---\n", 2)
    assert empty == ""
    return yaml.safe_load(front), body


@pytest.fixture
def config(model, data):
    return describe_model(model, [data], {"epochs": 9}, {"encoder": "mine", "inr": "few"})


@pytest.mark.parametrize(("license", "fields", "told"), LICENSES)
def test_a_models_card(license, fields, told, config, tmp_path):
    front, body = written(tmp_path, model_card(config, METRICS, license, "do it"))
    assert {k: v for k, v in front.items() if k.startswith("license")} == fields
    assert front["library_name"] == "inr2vec"
    assert front["metrics"] == ["accuracy"]
    assert {"3d", "point-cloud"} <= set(front["tags"])
    (index,) = front["model-index"]
    first, second = index["results"]
    assert first["dataset"] == {"type": "mine", "name": "My | shapes", "split": "test"}
    assert first["metrics"] == [{"type": "accuracy", "name": "accuracy", "value": 61.25}]
    assert second["task"] == {"type": "feature-extraction", "name": "Shape reconstruction"}
    assert f"Of the model: {told}. Of the data: My | shapes: not stated." in body
    for line in (
        "| accuracy (%) | 61.25 ± 1.5 over 3 runs | 7 of the test split | `do a` |",
        "| CD x1000 | 2.5 | 6 of the test split | `do b` |",
        "| epochs | 9 |", "| epoch whose weights were kept | 7 |",
        "Beside these, 2 augmented copies of training shapes.", "folder was made by `do it`",
        "| My \\| shapes (`mine`) | `folder` | 2: a, b | 2, 2, 1 |",
    ):  # fmt: skip
        assert line in body, line


@pytest.mark.parametrize("init", ["learned", "random"], indirect=True)
def test_a_models_start_and_fit_are_told(config, init, tmp_path):
    body = written(tmp_path, model_card(config, [], "", "do"))[1]
    start, fit = ("shared random weights", "3 steps of Adam of 16 queries")
    if init.rates is not None:
        start, fit = ("a learned init", f"2 steps of gradient descent of 32 queries and {fit}")
    assert f"| start of the INRs | {start} (`{init.id}`) |" in body
    assert f"| fit of the INRs | {fit} |" in body


def test_unscored_models_have_no_metrics_of_classes(config, tmp_path):
    front, body = written(tmp_path, model_card(config, METRICS[1:], "", "do"))
    assert "metrics" not in front
    assert "accuracy" not in body


def test_inrs_without_copies_tell_of_none(config, tmp_path):
    config["fit"]["copies"] = False
    assert "augmented copies" not in written(tmp_path, model_card(config, [], "", "do"))[1]


@pytest.mark.parametrize(("license", "fields", "told"), LICENSES)
def test_a_card_of_inrs(license, fields, told, shards, init, data, tmp_path):
    data = replace(data, license=license)
    config = describe_inrs(shards.files, init, data, "few", QUERIES, SHAPES)
    config["inrs"] = {"train": 1600, "test": 7}
    front, body = written(tmp_path, inrs_card(config, "do it"))
    assert {k: v for k, v in front.items() if k.startswith("license")} == fields
    assert front["size_categories"] == ["1K<n<10K"]
    files = [{"split": "train", "path": "data/train-*.parquet"},
             {"split": "test", "path": "data/test-*.parquet"}]  # fmt: skip
    assert front["configs"] == [{"config_name": "default", "data_files": files}]
    assert f"Of the data: {told}." in body
    assert "| train | 1,600 |" in body and "folder was made by `do it`" in body
    assert config["siren"]["flat_order"] in body
