"""A name or a thing in the place of a file sets one shape aside; odd names that can be used are."""

import csv
import json
import os
import socket
import time

import numpy as np
import pandas as pd

MANIFEST = "results/scans/shapes.parquet"
INRS = ["results/scans/inrs/own_start/0.h5", "results/scans/inrs/own_start/1.h5"]
GOOD_CLASSES = [
    "'",
    '"',
    "-x",
    " blank ",
    "a,b=c",
    "*[1]?",
    "C:",
    "$x_^",
    "ä 面 é",
    "%s #1",
    "<B> <",
]
BAD_CLASSES = {"br{ace}": "brace", "<b>": "<b>", "line\nbreak": "control", "ta\tb": "control"}
ROOT = 'data/it\'s "my" $scans'
LONG = "n" * 251  # with its extension, the longest name that there is


def write_cloud(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    points = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    with path.open("wb") as file:
        np.save(file, points)
    return path


def rejected(workflow):
    with (workflow.path / "results/scans/rejected.csv").open(encoding="utf-8", newline="") as file:
        return {row["source_file"]: row["reason"] for row in csv.DictReader(file)}


def test_bad_names_are_set_aside_and_odd_ones_are_used(workflow, monkeypatch):
    (workflow.path / "data/scans").rename(workflow.path / ROOT)
    workflow.edit(
        "config.yaml",
        "root: data/scans\n    points: 48\n    shards",
        f"root: {json.dumps(ROOT)}\n    points: 48\n    shards",
    )
    root = workflow.path / ROOT
    for name in GOOD_CLASSES:
        for split in ("train", "val", "test"):
            write_cloud(root / name / split / f"{name}.npy")
    for name in (
        LONG,
        "A",
        "a",
        "cafe\N{COMBINING ACUTE ACCENT}",
        "caf\N{LATIN SMALL LETTER E WITH ACUTE}",
    ):
        write_cloud(root / "ball/train" / f"{name}.npy")
    to_come = write_cloud(root / "ball/train/to_come.npy")
    os.utime(to_come, (time.time() + 1e6,) * 2)

    expected = {}
    for name, word in BAD_CLASSES.items():
        file = write_cloud(root / name / "train/x.npy")
        shown = file.relative_to(workflow.path).as_posix().encode("unicode_escape").decode()
        expected[shown] = word
    write_cloud(root / "ball/train/b{r}ace.npy")
    write_cloud(root / "ball/train/<results>.npy")
    write_cloud(root / "ball/train" / os.fsdecode(b"latin\xe4.npy"))
    folder = root / "ball/train/folder.npy"
    folder.mkdir()
    (root / "ball/train/dangling.npy").symlink_to("gone.npy")
    (root / "ball/train/itself.npy").symlink_to("itself.npy")
    os.mkfifo(root / "ball/train/pipe.npy")
    (root / "ball/train/device.npy").symlink_to("/dev/zero")
    with monkeypatch.context() as moved, socket.socket(socket.AF_UNIX) as plug:
        moved.chdir(root / "ball/train")  # paths of sockets are short
        plug.bind("socket.npy")
    for name, word in {
        "b{r}ace": "brace", "<results>": "another folder", "latin\\xe4": "UTF-8",
        "folder": "is a folder",
        "dangling": "is a link to gone.npy, which is missing", "itself": "leads back to itself",
        "pipe": "is a named pipe", "device": "is a device", "socket": "is a socket",
        "holes": "NaN",
    }.items():  # fmt: skip
        expected[f"{ROOT}/ball/train/{name}.npy"] = word
    expected[f"{ROOT}/disc/train/text.npy"] = "no array"

    said = workflow.run(*INRS).stdout
    reasons = rejected(workflow)
    assert reasons.keys() == expected.keys()
    assert [name for name, word in expected.items() if word not in reasons[name]] == []
    assert f"{len(expected)} shape(s) set aside" in said
    manifest = pd.read_parquet(workflow.path / MANIFEST)
    assert set(GOOD_CLASSES) < set(manifest["class"])
    assert f"ball/train/{LONG}" in set(manifest["shape_id"])
    assert {"ball/train/a", "ball/train/A", "ball/train/to_come"} < set(manifest["shape_id"])
    assert not workflow.planned(*INRS)

    # What Snakemake cannot watch is watched nevertheless.
    write_cloud(root / "ball/train/gone.npy")
    assert workflow.planned(MANIFEST)["prepare_shapes"]
    (root / "ball/train/gone.npy").unlink()
    assert not workflow.planned(MANIFEST)
    os.utime(to_come, (time.time() + 2e6,) * 2)
    assert workflow.planned(MANIFEST)["prepare_shapes"] == 1


def test_data_set_of_bad_names_alone_stops_the_run_with_one_line(workflow):
    root = workflow.path / "data/scans"
    for folder in list(root.iterdir()):
        folder.rename(root / f"{folder.name}{{x}}")
    done = workflow.run(MANIFEST, check=False)
    assert done.returncode
    (line,) = [line for line in done.stdout.splitlines() if "datasets.scans: " in line]
    assert "all of its 19 shapes are set aside" in line
    assert "brace" in line and "rename it" in line
    assert "Traceback (most recent call last)" not in done.stdout
