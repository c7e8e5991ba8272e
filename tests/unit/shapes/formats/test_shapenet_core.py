"""ShapeNetCore as it is unpacked: both versions, names of classes, official splits."""

import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.formats.shapenet_core import SYNSETS
from unit.shapes.helpers import ids, raises

TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
AIRPLANE, CHAIR = "02691156", "03001627"


def write_shapenet(root, names="abcde", synsets=(AIRPLANE, CHAIR), mesh="models/model_normalized"):
    for synset in synsets:
        for name in names:
            file = root / synset / name / f"{mesh}.obj"
            file.parent.mkdir(parents=True)
            file.write_text(TRIANGLE)
            file.with_suffix(".mtl").touch()
    return root


def write_list(file, rows, columns="id,synsetId,subSynsetId,modelId,split"):
    file.write_text("\n".join([columns, *rows]) + "\n")


def official(names="abcde", splits=("train", "train", "train", "val", "test")):
    return [
        f"{k},{synset},{synset},{name},{split}"
        for synset in (AIRPLANE, CHAIR)
        for k, (name, split) in enumerate(zip(names, splits, strict=True))
    ]


def catalog(root, **settings):
    return ShapeDataset("shapenet_core", str(root), **settings).catalog()


def test_every_class_has_a_name_of_its_own():
    assert len(SYNSETS) == len(set(SYNSETS.values()))
    assert all(len(synset) == 8 for synset in SYNSETS)


@pytest.mark.parametrize("mesh", ["models/model_normalized", "model"])
def test_meshes_of_both_versions_are_read(tmp_path, mesh):
    found = catalog(write_shapenet(tmp_path, mesh=mesh), test_fraction=0.2)
    assert not found.rejected
    assert ids(found) == [f"{name}/{k}" for name in ("airplane", "chair") for k in "abcde"]
    for name in ("airplane", "chair"):
        splits = Counter(r.split for r in found.records if r.class_name == name)
        assert splits == {"train": 3, "val": 1, "test": 1}
    dataset = ShapeDataset("shapenet_core", str(tmp_path), test_fraction=0.2)
    assert all(len(mesh.faces) == 1 for _, mesh in dataset.read(found.records))


@pytest.mark.parametrize("beside", [False, True])
def test_official_splits_are_kept(tmp_path, beside):
    root = write_shapenet(tmp_path / "ShapeNetCore.v2")
    write_list((tmp_path if beside else root) / "all.csv", official())
    found = catalog(root)
    assert [r.split for r in found.records] == ["train", "train", "train", "val", "test"] * 2
    assert not found.rejected


def test_splits_may_be_lists_of_their_own(tmp_path):
    root = write_shapenet(tmp_path)
    for split in ("train", "val", "test"):
        rows = [row.rpartition(",")[0] for row in official() if row.endswith(split)]
        write_list(root / f"{split}.csv", rows, "id,synsetId,subSynsetId,modelId")
    assert [r.split for r in catalog(root).records][:5] == [
        "train",
        "train",
        "train",
        "val",
        "test",
    ]


def test_a_list_from_a_spreadsheet_is_understood(tmp_path):
    root = write_shapenet(tmp_path)
    rows = [row.replace(",0", ",") for row in official()]
    file = root / "all.csv"
    write_list(file, rows)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert len(catalog(root).records) == 10


def test_shapes_that_list_and_folders_disagree_on_are_set_aside(tmp_path):
    root = write_shapenet(tmp_path, synsets=(AIRPLANE,))
    write_list(root / "all.csv", [row for row in official() if ",b," not in row]
               + [f"9,{AIRPLANE},x,missing,train"])  # fmt: skip
    (root / AIRPLANE / "c/models/model_normalized.obj").unlink()
    found = catalog(root)
    assert ids(found) == ["airplane/a", "airplane/d", "airplane/e"]
    reasons = {bad.shape_id: bad.reason for bad in found.rejected}
    assert "all.csv does not name it" in reasons.pop("airplane/b")
    assert "has no models/model_normalized.obj or model.obj" in reasons.pop("airplane/c")
    assert "has no folder" in reasons.pop("airplane/missing")
    assert not reasons  # chairs were not unpacked


def test_unknown_synsets_are_named_by_the_taxonomy_or_by_number(tmp_path):
    root = write_shapenet(tmp_path, synsets=("00000001", "00000002", "00000003", AIRPLANE))
    taxonomy = [{"synsetId": "00000001", "name": "gadget,gizmo"},
                {"synsetId": "00000002", "name": "airplane,kite"}]  # fmt: skip
    (root / "taxonomy.json").write_text(json.dumps(taxonomy))
    classes = {record.class_name for record in catalog(root, test_fraction=0.2).records}
    assert classes == {"gadget", "00000003", f"airplane {AIRPLANE}", "airplane 00000002"}


@pytest.mark.parametrize("columns, rows, said", [
    ("id,synset,modelId,split", [], "has no column synsetId"),
    ("id,synsetId,modelId,split", ["1,02691156,a,training"], "line 2: .*split 'training'"),
    ("id,synsetId,modelId,split", ["1,02691156,a,train", "1,02691156"], "line 3"),
    ("id,synsetId,modelId,split", ["1,2691156.0,a,train"], "line 2: synset '2691156.0'"),
    ("id,synsetId,modelId,split", [], "no shapes are named"),
])  # fmt: skip
def test_bad_lists_are_named(tmp_path, columns, rows, said):
    root = write_shapenet(tmp_path)
    write_list(root / "all.csv", rows, columns)
    with raises("all.csv", said):
        catalog(root)


def test_what_is_missing_is_said(tmp_path):
    with raises("has no list of splits", "test_fraction"):
        catalog(write_shapenet(tmp_path / "a"))
    write_list(tmp_path / "a/all.csv", official())
    with raises("all.csv names the splits; remove test_fraction=0.2"):
        catalog(tmp_path / "a", test_fraction=0.2)
    (tmp_path / "b/objects").mkdir(parents=True)
    with raises("holds no folder of a synset, such as 02691156"):
        catalog(tmp_path / "b")


@pytest.mark.parametrize(
    "root, mesh",
    [("", "models/model_normalized"), ("", "model"), (AIRPLANE, "models/model_normalized")],
)
def test_the_layout_of_folders_tells_shapenet_of_its_own(tmp_path, root, mesh):
    write_shapenet(tmp_path, mesh=mesh)
    with raises(AIRPLANE, "reader: shapenet_core"):
        ShapeDataset("folder", str(tmp_path / root), test_fraction=0.2).catalog()


@pytest.mark.parametrize("make", [
    lambda file: file.symlink_to("gone.csv"), lambda file: os.mkfifo(file),
    lambda file: file.mkdir(), lambda file: write_list(file, []),
])  # fmt: skip
def test_a_list_that_cannot_be_read_is_not_passed_over(tmp_path, make):
    make(write_shapenet(tmp_path) / "all.csv")
    with raises("all.csv"):
        catalog(tmp_path, test_fraction=0.2)


def test_a_shape_that_a_list_names_in_two_splits_is_set_aside(tmp_path):
    write_list(write_shapenet(tmp_path) / "all.csv",
               [*official(), f"9,{CHAIR},x,a,test", f"9,{CHAIR},x,b,train"])  # fmt: skip
    found = catalog(tmp_path)
    (bad,) = found.rejected
    assert bad.shape_id == "chair/a" and "in several splits (train and test)" in bad.reason
    assert len(found.records) == 9


def test_folders_that_lead_nowhere_or_hold_nothing_are_named(tmp_path):
    root = write_shapenet(tmp_path)
    (root / AIRPLANE / "loop").symlink_to("loop")
    (root / "02828884").symlink_to("02828884")
    (root / "02747177").symlink_to("gone")
    (root / "02773838").mkdir()
    found = catalog(root, test_fraction=0.2)
    assert len(found.records) == 10 and found.ignored == 0
    reasons = {Path(bad.source_file).name: bad.reason for bad in found.rejected}
    assert reasons == {
        "loop": "is a link that leads back to itself",
        "02828884": "is a link that leads back to itself",
        "02747177": "is a link to gone, which is missing",
        "02773838": "holds no shapes: unpack its archive again, or remove it",
    }


@pytest.mark.parametrize("name, target, reason", [
    ("models/model_normalized.obj", "gone.obj", "is a link to gone.obj, which is missing"),
    ("models", "models", "is a link that leads back to itself"),
])  # fmt: skip
def test_a_mesh_that_cannot_be_reached_is_set_aside_with_its_own_reason(
    tmp_path, name, target, reason
):
    link = write_shapenet(tmp_path) / CHAIR / "a" / name
    shutil.rmtree(link) if link.is_dir() else link.unlink()
    link.symlink_to(target)
    dataset = ShapeDataset("shapenet_core", str(tmp_path), test_fraction=0.2)
    records = [r for r in dataset.catalog().records if r.shape_id == "chair/a"]
    ((_, said),) = dataset.read(records)
    assert reason in str(said)
