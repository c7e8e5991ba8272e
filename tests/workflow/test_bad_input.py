"""Bad configs and data: one clear line on the screen, and no Python traceback."""

import shutil

import numpy as np
import pytest
from conftest import TABLE2

# An edit of the tiny config, and what the screen then says.
KEYS = [
    ("points: 64", "pionts: 64", "datasets.demo: ", "'pionts'", "known keys"),
    ("steps: 8", "steps: many", "inrs.small.steps: 'many' is not of type 'integer'"),
    ("lr: 1.0e-3, batch", "lr: 1e-3, batch", "inrs.small.lr: ", "write 1.0e-4"),
    ("depth: 3", "depth: 1", "inrs.small.depth: 1 is less than the minimum"),
]
NAMES = [
    (
        "dataset: demo, inr: small",
        "dataset: demo, inr: smal",
        "tables.table2.0.inr: 'smal' is no entry",
        "small",
    ),
    ("root: data/scans", "title: x", "datasets.scans.root: needed"),
]
DATA = [
    ("bottle, ", "bootle, ", "datasets.demo: no procedural class 'bootle'", "bottle"),
    ("root: data/scans", "root: data/none", "datasets.scans: data/none does not exist"),
    ("48\n    shards: 2", "48\n    shards: 40", "19 shapes cannot fill 40 shards"),
]


def fails(workflow, *args):
    """What a failing run says."""
    done = workflow.run(*args, check=False)
    assert done.returncode != 0
    assert "Traceback (most recent call last)" not in done.stdout, done.stdout
    return done.stdout


@pytest.mark.parametrize("mistakes", [KEYS, NAMES], ids=["keys", "names"])
def test_all_mistakes_in_the_config_are_told_at_once(workflow, mistakes):
    for old, new, *_ in mistakes:
        workflow.edit("config.yaml", old, new)
    said = fails(workflow, TABLE2)
    for _, _, *words in mistakes:
        assert all(word in said for word in words), said


@pytest.mark.parametrize("mistake", DATA, ids=["class", "root", "shards"])
def test_config_that_does_not_fit_the_data(workflow, mistake):
    old, new, *words = mistake
    workflow.edit("config.yaml", old, new)
    said = fails(workflow, TABLE2)
    assert all(word in said for word in words), said


def test_broken_files_of_users_are_told_before_anything_runs(workflow):
    files = {
        "encoders/bad.py": "class Encoder(:",
        "encoders/other.py": "class Encodr: pass",
        "shapes/formats/bad_layout.py": "import nothing_there",
    }
    for name, text in files.items():
        (workflow.path / "inr2vec_core" / name).write_text(f"\n{text}\n")
    (workflow.path / "more.yaml").write_text(
        "encoders: {x: {type: bad}, y: {type: other}}\ndatasets: {d: {reader: bad_layout}}\n"
    )
    said = fails(workflow, "--dry-run", "--configfile", "more.yaml", "--", TABLE2)
    for entry, cause in (
        ("encoders.x.type: ", "encoders/bad.py, line 2: invalid syntax"),
        ("encoders.y.type: ", "encoders/other.py defines no class Encoder"),
        ("datasets.d.reader: ", "bad_layout.py, line 2: ModuleNotFoundError: No module named"),
    ):
        assert any(entry in line and cause in line for line in said.splitlines()), said


def test_class_without_shapes(workflow):
    (workflow.path / "data/scans/cone").mkdir()
    assert "class folder data/scans/cone holds no shapes" in fails(workflow, TABLE2)


def test_split_without_shapes(workflow):
    shutil.rmtree(workflow.path / "data/scans/ball/test")
    said = fails(workflow, "results/scans/inrs/own_start/0.h5")
    assert "ball" in said
    assert "test" in said


def test_bad_shapes_can_stop_the_run(workflow):
    workflow.edit("config.yaml", "root: data/scans", "root: data/scans\n    on_bad_shape: fail")
    said = fails(workflow, "results/scans/inrs/own_start/0.h5")
    assert "build_manifest: scans: 2 shape(s) set aside, 17 kept" in said
    assert "set on_bad_shape: reject" in said


def test_no_good_shape_stops_the_run(workflow):
    for path in workflow.path.glob("data/scans/*/*/*.npy"):
        np.save(path, np.full((10, 3), np.nan, np.float32))
    said = fails(workflow, "results/scans/inrs/own_start/0.h5")
    assert "scans: no shape is left" in said
    assert "NaN" in said
