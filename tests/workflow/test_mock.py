"""Scripts that are run without Snakemake."""

import subprocess
import sys

import pytest


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
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments, code, words", [
    ([], 2, ["usage:", "required: rule"]),
    (["init_inr", "--configfile"], 2, ["usage:", "--configfile: expected one argument"]),
    (["init_inr", "--configfile", "none.yaml"], 2, ["none.yaml: there is no such file"]),
    (["init_inr", "small"], 2, ["small: a wildcard is given as name=value"]),
    (["init_inr", "rule=small"], 1, ["has the wildcards inr, given are rule"]),
    (["tables"], 1, ["rule tables has no script"]),
    (["nothing"], 1, ["there is no rule nothing"]),
    (["init_inr"], 1, ["has the wildcards inr, given are (none)"]),
    (["prepare_shapes", "dataset=demoo", "shard=0"], 1, ["dataset=demoo", "takes demo|grids"]),
    (["prepare_shapes", "dataset=demo", "shard=x"], 1, ["shard=x: rule prepare_shapes takes"]),
    (["prepare_shapes", "dataset=demo", "shard=2"], 1, ["shard=2: demo has the shards 0 to 1"]),
    (["fit_inrs", "dataset=demo", "inr=small", "shard=0"], 1,
     ["missing: results/demo/shapes/0.h5 and 2 more; run"]),
    (["init_inr", "--configfile", "bad.yaml", "inr=small"], 1, ["inrs.small.steps: 'many'"]),
], ids=str)  # fmt: skip
def test_a_wrong_call_is_told_in_a_line(workflow, arguments, code, words):
    (workflow.path / "bad.yaml").write_text("inrs: {small: {steps: many}}\n")
    done = run_script(workflow, *arguments)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert len(done.stderr.splitlines()) <= 3, done.stderr


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
