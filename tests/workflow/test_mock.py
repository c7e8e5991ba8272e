"""Scripts that are run without Snakemake."""

import subprocess
import sys


def python(workflow, *arguments):
    return subprocess.run(
        [sys.executable, *arguments], cwd=workflow.path, text=True, capture_output=True,
        env=workflow.env | {"PYTHONPATH": "."}, check=False,
    )  # fmt: skip


def run_script(workflow, *arguments):
    return python(workflow, "-m", "workflow_scripts.common.mock", *arguments)


def test_a_script_runs_for_one_job_as_under_snakemake(workflow):
    file = workflow.path / "results/inits/small.safetensors"
    done = run_script(workflow, "init_inr", "inr=small")
    assert done.returncode == 0, done.stderr
    mocked = file.read_bytes()
    file.unlink()
    workflow.run("results/inits/small.safetensors")
    assert file.read_bytes() == mocked


def test_wildcards_that_a_rule_has_not_are_named(workflow):
    done = run_script(workflow, "init_inr", "dataset=demo")
    assert done.returncode == 1
    assert "rule init_inr has the wildcards inr, given are dataset" in done.stderr


def test_a_debugger_gets_the_object_that_a_script_sees(workflow):
    code = """
from workflow_scripts.common.mock import mock_snakemake
job = mock_snakemake("classify_embeddings", dataset="demo", inr="small", method="inr2vec",
                     tested="inr", seed=1)
print(job.input, job.output.metrics, job.wildcards.method, job.params.settings["epochs"], job.rule)
"""
    done = python(workflow, "-c", code)
    assert done.stdout.split() == [
        "results/demo/embeddings/small/inr2vec.parquet",
        "results/demo/classification/small/inr2vec/inr/seed1/metrics.json",
        "inr2vec", "2", "classify_embeddings",
    ], done.stderr  # fmt: skip


def test_a_further_config_is_laid_over(workflow):
    (workflow.path / "more.yaml").write_text("inrs: {wide: {width: 24, depth: 3}}\n")
    done = run_script(workflow, "init_inr", "--configfile", "more.yaml", "inr=wide")
    assert done.returncode == 0, done.stderr
    assert (workflow.path / "results/inits/wide.safetensors").exists()
