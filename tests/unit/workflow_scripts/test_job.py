"""How a job begins: with its log."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from workflow_scripts.common.job import run


def test_a_log_that_cannot_be_written_ends_a_job_with_one_line(tmp_path, monkeypatch):
    (tmp_path / "logs").write_text("a file where a folder is needed")
    job = SimpleNamespace(log=[str(tmp_path / "logs" / "0.log")], rule="fit_inrs")
    monkeypatch.delenv("INR2VEC_SNAKEMAKE", raising=False)
    with pytest.raises(SystemExit) as ended:
        run(lambda snakemake: None, job)
    message = str(ended.value)
    assert message.startswith(f"fit_inrs: {job.log[0]} cannot be written: ")
    assert "\n" not in message


FULL = """
import logging, sys
from types import SimpleNamespace
from inr2vec_core.errors import InputError
from workflow_scripts.common.job import run

def main(job):
    (log,) = [h for h in logging.getLogger().handlers if isinstance(h, logging.FileHandler)]
    log.setStream(open("/dev/full", "w"))
    logging.info("a line for the log alone")
    raise InputError("f.h5 cannot be written: the disk is full")

run(main, SimpleNamespace(log=[sys.argv[1]], rule="fit_inrs"))
"""


def test_a_log_on_a_full_disk_hides_nothing_of_what_the_screen_says(tmp_path):
    env = {k: v for k, v in os.environ.items() if k != "INR2VEC_SNAKEMAKE"} | {"PYTHONPATH": "."}
    done = subprocess.run(
        [sys.executable, "-c", FULL, tmp_path / "0.log"], capture_output=True, text=True, env=env,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.endswith("fit_inrs: f.h5 cannot be written: the disk is full\n")
