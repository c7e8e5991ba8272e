"""How a job begins: with its log."""

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
