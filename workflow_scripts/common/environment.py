"""Helpers of the rule files: fingerprints, environment, the paper's figures. Imports no torch."""

import csv
import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def fingerprint(*values) -> str:
    """Hash of values that `repr` describes in full."""
    return hashlib.blake2b(repr(values).encode(), digest_size=8).hexdigest()


def prepare_environment() -> None:
    """Leave in the environment what scripts need, for they run as processes of their own."""
    # Where the library is.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    # Huge pages for torch's arrays: a training spends up to a third of its time on page faults.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    # So that a job can tell when its Snakemake was killed, and ends; see job.py.
    os.environ["INR2VEC_SNAKEMAKE"] = str(os.getpid())


def paper_figures(*tables: int) -> list[dict]:
    """The paper's figures of some tables: method, modality, dataset, split, metric, value."""
    with (ROOT / "report" / "paper_figures.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row.pop("table")) in tables]
    return [row | {"value": float(row["value"])} for row in rows]
