"""INRs in a folder: the same rows back, in bounded blocks, and nothing else is read as such."""

import json
import sys
from fnmatch import fnmatch
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from inr2vec_core.api.inrs import Inrs
from inr2vec_core.errors import InputError
from inr2vec_core.hub.inr_folder import describe_inrs, folder_of_inrs, read_inrs, write_inrs
from inr2vec_core.hub.model_folder import write_init
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.sealed import read_json, write_json
from unit.hub.helpers import FIT, QUERIES, SHAPES, SIREN

ROW = 4 * SIREN.n_parameters  # bytes


@pytest.fixture
def folder(shards, init, data, augmentation, tmp_path):
    """All INRs, two in a file at most, one in a block."""
    made = tmp_path / "handed on"
    config = describe_inrs(shards.files, init, data, "few", QUERIES, SHAPES)
    config |= write_inrs(shards.files, augmentation, made / "data", 2 * ROW, ROW)
    write_json(made / "config.json", config)
    write_init(init, made / "init.safetensors")
    return made


@pytest.mark.parametrize("init", ["learned", "random"], indirect=True)
def test_inrs_are_the_same_again(folder, shards, init):
    inrs = Inrs.load(folder)
    assert sorted(inrs.names) == sorted(shards.rows)
    for name, split, cls, loss, weights in zip(
        inrs.names, inrs.splits, inrs.classes, inrs.losses, inrs.weights, strict=True
    ):
        expected = shards.rows[name]
        assert (split, cls, loss) == (expected[0], name[0], expected[2])
        assert torch.equal(weights, torch.from_numpy(expected[1].astype(np.float32)))
    assert inrs.splits == ["train"] * 4 + ["val"] * 2 + ["test"]
    assert inrs.siren == SIREN
    assert inrs.init.id == inrs.init_id == init.id
    assert (inrs.init.rates is None) == (init.rates is None)
    assert inrs.recipe.queries_per_shape == QUERIES["per_shape"]
    assert (inrs.recipe.steps, inrs.recipe.lr) == (FIT["steps"], FIT["lr"])
    assert (inrs.recipe.shapes.points, inrs.field) == (SHAPES["points"], "udf")
    assert Inrs.load(str(folder)).names == inrs.names


def test_inrs_of_the_hub(folder, shards, monkeypatch):
    def snapshot_download(name, revision, repo_type, allow_patterns):
        assert (name, revision, repo_type) == ("me/inrs", None, "dataset")
        files = {f"{f.relative_to(folder)}" for f in folder.rglob("*") if f.is_file()}
        assert all(any(fnmatch(file, p) for p in allow_patterns) for file in files)
        return str(folder)

    hub = SimpleNamespace(snapshot_download=snapshot_download)
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    assert len(Inrs.load("me/inrs")) == len(shards.rows)


def test_files_are_of_one_split_and_flag_copies(folder):
    config = read_json(folder / "config.json")
    assert config["inrs"] == {"train": 4, "val": 2, "test": 1}
    names = [file["name"] for file in config["files"]]
    assert names == [
        "train-00000-of-00002.parquet", "train-00001-of-00002.parquet",
        "val-00000-of-00001.parquet", "test-00000-of-00001.parquet",
    ]  # fmt: skip
    for name in names:
        table = pq.read_table(folder / "data" / name)
        assert set(table["split"].to_pylist()) == {name.partition("-")[0]}
        copies = [name.endswith("@1") for name in table["shape_id"].to_pylist()]
        assert table["augmentation"].to_pylist() == list(map(int, copies))
        assert table.schema.field("weights").type.list_size == SIREN.n_parameters


def test_a_block_is_read_at_a_time(shards, augmentation, tmp_path):
    for rows, groups in ((1, 4), (2, 2), (100, 2)):  # blocks do not pass from shard to shard
        files = write_inrs(shards.files, augmentation, tmp_path / f"{rows}", 1e9, rows * ROW)
        name = files["files"][0]["name"]
        assert pq.ParquetFile(tmp_path / f"{rows}" / name).num_row_groups == groups


def test_inrs_of_another_start_are_refused(shards, init, data, tmp_path):
    other = SharedInit(tmp_path / "other", init.siren, init.weights + 1)
    with pytest.raises(InputError, match="other is not what the INRs start from"):
        describe_inrs(shards.files, other, data, "few", QUERIES, SHAPES)
    wrong = tmp_path / "wrong.h5"
    write_shard(wrong, {}, siren=json.dumps(SIREN.describe()), settings=json.dumps(FIT),
                field="udf", init="other", code="")  # fmt: skip
    with pytest.raises(InputError, match="start from other weights"):
        write_inrs([*shards.files, wrong], {}, tmp_path / "data")


def test_folders_that_hold_no_inrs(folder, tmp_path):
    with pytest.raises(InputError, match=r"inrs has no config.json: give a folder of INRs"):
        Inrs.load(tmp_path / "inrs")
    write_json(tmp_path / "inrs/config.json", {"kind": "inr2vec model"})
    with pytest.raises(InputError, match=r"holds no INRs .*kind: inr2vec model"):
        Inrs.load(tmp_path / "inrs")
    assert folder_of_inrs(tmp_path / "missing") is None
    for name, why in (
        ("data/val-00000-of-00001.parquet", "is missing"),
        ("init.safetensors", "is missing"),
        ("config.json", "has no config.json"),
    ):
        (folder / name).unlink()
        with pytest.raises(InputError, match=why):
            read_inrs(folder)
