"""The cluster profile, and the rules up to embeddings where a SLURM cluster answers."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

PROFILES = Path(__file__).parents[2] / "profiles"


def sinfo(*args: str) -> str:
    """What sinfo prints, or nothing where SLURM is missing or its controller does not answer."""
    if shutil.which("sbatch") is None or shutil.which("sinfo") is None:
        return ""
    command = ["sinfo", "--noheader", *args]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout if done.returncode == 0 else ""


def test_both_profiles_decide_alike_what_reruns():
    # --workflow-profile replaces the default profile, so the slurm one repeats these settings.
    default, slurm = (
        yaml.safe_load((PROFILES / name / "config.yaml").read_text())
        for name in ("default", "slurm")
    )
    assert default.items() <= slurm.items()


@pytest.mark.skipif(
    not re.search("idle|mix|alloc", sinfo("--format=%T")),
    reason="no SLURM cluster with a node that is up",
)
def test_shapes_to_embeddings_through_slurm(workflow):
    # A limit of 0 keeps GPU jobs off a cluster without GPUs, where they would wait for ever.
    gpus = 1 if "gpu" in sinfo("--format=%G") else 0
    target = "results/demo/embeddings/small/inr2vec.parquet"
    workflow.run(
        target,
        "--workflow-profile=profiles/slurm",
        "--jobs=4",
        f"--resources=gpu={gpus}",
        # squeue knows job states without accounting; sacct would leave the run hanging.
        "--slurm-status-command=squeue",
        "--slurm-init-seconds-before-status-checks=2",
        "--seconds-between-status-checks=2",
        "--latency-wait=10",
        "--slurm-keep-successful-logs",
    )
    assert (workflow.path / target).is_file()

    # Every rule that ran, save those that Snakemake keeps to itself, left logs of its SLURM jobs.
    state = workflow.path / ".snakemake"
    log = max((state / "log").glob("*.snakemake.log")).read_text()
    ran = set(re.findall(r"^Finished jobid: \d+ \(Rule: (\w+)\)", log, re.MULTILINE))
    local = set(re.findall(r"^localrule (\w+):", log, re.MULTILINE))
    slurm_logs = state / "slurm_logs"
    logged = {file.relative_to(slurm_logs).parts[0] for file in slurm_logs.rglob("*.log")}
    assert ran - local
    assert logged == {f"rule_{rule}" for rule in ran - local}
