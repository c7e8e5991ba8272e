"""An init and an encoder that were learned on other shapes, taken from their files."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from safetensors.numpy import load_file

from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.io.embeddings import read_embeddings

OVER = ("--configfile", "elsewhere.yaml", "--")
LEARNED = "results/inits/demo/learned/16x3.safetensors"
MODEL = "results/demo/encoders/few/inr2vec/model.safetensors"
STARTED = "results/scans/encoders/moved/started/model.safetensors"
TAKEN = "results/scans/embeddings/moved/as_it_came.parquet"
INRS = "results/scans/inrs/moved/0.h5"


@pytest.fixture(scope="module")
def moved_run(finished_run, tmp_path_factory):
    """The finished run, and on top the scans' INRs, an encoder and embeddings."""
    path = tmp_path_factory.mktemp("moved") / "project"
    made = type(finished_run[0])(shutil.copytree(finished_run[0].path, path))
    shutil.copy(Path(__file__).parent / "elsewhere.yaml", path)
    made.run(*OVER, STARTED, TAKEN)
    return made


@pytest.fixture
def moved(moved_run, tmp_path):
    return type(moved_run)(shutil.copytree(moved_run.path, tmp_path / "project"))


def test_what_the_files_hold_is_what_inrs_and_encoder_start_from(moved_run):
    init, start = SharedInit.read(moved_run.path / LEARNED), load_file(moved_run.path / MODEL)
    with h5py.File(moved_run.path / INRS) as file:
        assert (file.attrs["init"].decode(), file.attrs["sgd_steps"]) == (init.id, 2)
    # The model carries the init, and so does what was trained from it.
    for model in (MODEL, STARTED):
        carried = SharedInit.read(moved_run.path / model)
        assert np.array_equal(carried.weights, init.weights)
        assert np.array_equal(carried.rates, init.rates)
        assert (carried.sgd_steps, carried.queries) == (init.sgd_steps, init.queries) == (2, 32)
    found = load_file(moved_run.path / STARTED)
    assert found.keys() == start.keys()
    steady = [name for name in start if not name.startswith("encoder.norms.")]
    for name in steady:
        np.testing.assert_allclose(found[name], start[name], atol=1e-9)
    moving = [name for name in start if name.endswith("running_mean")]
    assert moving and not any(np.array_equal(found[name], start[name]) for name in moving)


def test_the_models_file_alone_is_enough_to_embed(moved):
    expected = read_embeddings(moved.path / TAKEN)
    shutil.copy(moved.path / MODEL, moved.path / "model.safetensors")
    shutil.rmtree(moved.path / "results/inits")
    shutil.rmtree(moved.path / "results/demo")
    for path in (LEARNED, f"file: {MODEL}"):
        new = "file: model.safetensors" if path.startswith("file") else "model.safetensors"
        moved.edit("elsewhere.yaml", path, new)
    assert {*moved.planned(*OVER, TAKEN)} == {"fit_inrs", "embed_inrs"}
    moved.run(*OVER, TAKEN)
    found = read_embeddings(moved.path / TAKEN)
    assert found.shape_id == expected.shape_id
    np.testing.assert_array_equal(found.x, expected.x)


def test_another_file_redoes_what_depends_on_it_and_nothing_else(moved):
    targets = (STARTED, TAKEN, INRS)
    for name, old in (("init", LEARNED), ("taken", MODEL), ("start", MODEL)):
        shutil.copy(moved.path / old, moved.path / f"{name}.safetensors")
    moved.edit("elsewhere.yaml", LEARNED, "init.safetensors")
    moved.edit("elsewhere.yaml", f" file: {MODEL}", " file: taken.safetensors")
    moved.edit("elsewhere.yaml", f"start: {MODEL}", "start: start.safetensors")
    moved.run(*OVER, *targets)
    assert not moved.planned(*OVER, *targets)
    other = moved.path / "results/demo/encoders/small/inr2vec/model.safetensors"
    for name, expected in (
        ("taken", {"embed_inrs"}),
        ("start", {"train_encoder"}),
        ("init", {"fit_inrs", "train_encoder", "embed_inrs"}),
    ):
        kept = moved.read(f"{name}.safetensors")
        shutil.copyfile(other, moved.path / f"{name}.safetensors")
        assert {*moved.planned(*OVER, *targets)} == expected, name
        (moved.path / f"{name}.safetensors").write_bytes(kept)


@pytest.mark.parametrize("old, new, target, words", [
    ("init: elsewhere", "init: random", TAKEN,
     f"{MODEL} was trained on INRs that start from other weights than these: fit these from"),
    ("init: elsewhere", "init: random", STARTED,
     f"{MODEL} was trained on INRs that start from other weights than these: fit these from"),
    ("moved: {width: 16", "moved: {width: 15", INRS,
     f"{LEARNED} has the initial weights of INRs of width 16 and depth 3, these are of 15 and 3"),
    ("16\n    decoder_hidden: 16\n    file", "8\n    decoder_hidden: 16\n    file", TAKEN,
     f"{MODEL} is another encoder than the entry describes: give the entry embedding: 16"),
    (LEARNED, "results/inits/small.safetensors, rounds: 3", INRS, "remove rounds"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_with_one_line(moved, old, new, target, words):
    moved.edit("elsewhere.yaml", old, new)
    said = moved.run(*OVER, target, check=False)
    assert said.returncode and words in said.stdout
    assert "Traceback" not in said.stdout


@pytest.mark.parametrize("start, words", [
    (f"./{STARTED}", f"encoders.started.start: {STARTED} is what this entry trains"),
    ("none.safetensors", "encoders.started.start: none.safetensors is no file"),
])  # fmt: skip
def test_a_start_that_cannot_be_is_named_before_anything_runs(moved, start, words):
    moved.edit("elsewhere.yaml", f"start: {MODEL}", f"start: {start}")
    said = moved.run("--dry-run", *OVER, STARTED, check=False)
    assert said.returncode and words in said.stdout
