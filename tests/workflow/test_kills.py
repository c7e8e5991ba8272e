"""Runs that are killed: the next one completes them, with the same results.

Jobs are stopped at one exact moment (see hooks/sitecustomize.py), so that nothing here depends on
timing: `pathlib.Path.glob` is where a file's writing begins (its work is done, nothing is written),
`os.rename` is just before the complete temporary file gets its final name.
"""

import contextlib
import os
import shutil
import signal
import time

import h5py
import pandas as pd
import psutil
import pytest
from conftest import TABLE2
from safetensors.numpy import load_file

INRS = "results/demo/inrs/small/0.h5"
ENCODER = "results/demo/encoders/small/inr2vec"
FITTED = r"fit_inrs pathlib.Path.glob \.0\.h5\. 1"
WRITTEN = r"fit_inrs os.rename \.0\.h5\. 1"
IMPORTING = r"fit_inrs import ^\('torch', 1"


@pytest.fixture
def unfitted(finished):
    """The finished run without one shard of INRs and what was made of the data set's INRs."""
    demo = finished.path / "results/demo"
    (finished.path / INRS).unlink()
    for folder in ("encoders", "embeddings", "retrieval", "classification/small/weights_probe",
                   "classification/small/inr2vec", "../tables"):  # fmt: skip
        shutil.rmtree(demo / folder)
    return finished


def wait_for_end(process):
    """Until a process is gone or a zombie: its parent is dead, and perhaps nobody collects it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        while process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.05)


def complete(workflow, finished_run):
    """Run again: the file that a killed job was to write is as if nothing had happened."""
    workflow.run(INRS)
    with (
        h5py.File(workflow.path / INRS) as file,
        h5py.File(finished_run[0].path / INRS) as expected,
    ):
        assert file.keys() == expected.keys()
        assert all((file[name][:] == expected[name][:]).all() for name in expected)
    assert not workflow.temporaries()


def unlock(workflow, target):
    """After kill -9 Snakemake says what to do, and that helps."""
    refused = workflow.run(target, check=False)
    assert refused.returncode != 0
    assert "--unlock" in refused.stdout
    workflow.run("--unlock")


def test_one_job_killed(unfitted, finished_run):
    snakemake, job = unfitted.start(INRS, stop_at=WRITTEN)
    job.kill()
    assert snakemake.wait() != 0
    assert "Error in rule fit_inrs" in unfitted.screen.read_text()
    assert len(unfitted.temporaries()) == 1
    complete(unfitted, finished_run)


def test_snakemake_told_to_stop(unfitted, finished_run):
    """SIGTERM: Snakemake lets running jobs finish and starts no more."""
    snakemake, job = unfitted.start(INRS, stop_at=FITTED)
    snakemake.terminate()
    job.resume()
    assert snakemake.wait() != 0
    complete(unfitted, finished_run)


def test_interrupted_from_the_keyboard(unfitted, finished_run):
    """SIGINT to Snakemake and its jobs, as Ctrl-C in a terminal."""
    snakemake, job = unfitted.start(INRS, stop_at=WRITTEN)
    os.killpg(snakemake.pid, signal.SIGINT)
    job.resume()
    assert snakemake.wait() != 0
    assert not unfitted.temporaries()
    complete(unfitted, finished_run)


def test_everything_killed(unfitted, finished_run):
    """kill -9 of Snakemake and its job, as at a loss of power."""
    snakemake, job = unfitted.start(TABLE2, stop_at=WRITTEN)
    snakemake.kill()
    snakemake.wait()
    job.kill()
    wait_for_end(job)
    unlock(unfitted, TABLE2)
    complete(unfitted, finished_run)
    unfitted.run(TABLE2)
    assert unfitted.read(TABLE2) == finished_run[0].read(TABLE2)
    assert not unfitted.temporaries()


@pytest.mark.parametrize("moment", [FITTED, IMPORTING], ids=["fitted", "importing"])
def test_orphan_leaves_the_next_runs_file_alone(unfitted, moment):
    """A job that outlives a killed Snakemake, and wakes when a new run has finished its file."""
    snakemake, orphan = unfitted.start(INRS, stop_at=moment)
    snakemake.kill()
    snakemake.wait()
    unlock(unfitted, INRS)
    unfitted.run(INRS)
    before, content = (unfitted.path / INRS).stat(), unfitted.read(INRS)
    orphan.resume()
    wait_for_end(orphan)
    after = (unfitted.path / INRS).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert unfitted.read(INRS) == content
    assert not unfitted.temporaries()


def test_training_goes_on_where_it_was_killed(finished, finished_run):
    finished.edit(
        "inr2vec_core/training/trainer.py", "CHECKPOINT_EVERY = 20.0", "CHECKPOINT_EVERY = 0.0"
    )
    shutil.rmtree(finished.path / ENCODER)
    target = f"{ENCODER}/model.safetensors"
    second_checkpoint = r"train_encoder pathlib.Path.glob inr2vec\.pt 2"
    snakemake, job = finished.start(target, stop_at=second_checkpoint)
    job.kill()
    snakemake.wait()
    assert (finished.path / "results/checkpoints/demo/small/inr2vec.pt").is_file()

    finished.run(target)
    assert (
        "resuming after epoch 1"
        in finished.read("results/logs/demo/encoders/small/inr2vec.log").decode()
    )
    model, expected = (load_file(w.path / target) for w in (finished, finished_run[0]))
    assert model.keys() == expected.keys()
    assert all((model[name] == expected[name]).all() for name in model)
    history, whole = (
        pd.read_parquet(w.path / ENCODER / "history.parquet").drop(columns="seconds")
        for w in (finished, finished_run[0])
    )
    assert history.equals(whole)
    assert not (finished.path / "results/checkpoints/demo/small/inr2vec.pt").exists()
    assert not finished.temporaries()
