"""Helpers of the rule files: fingerprints, environment, the paper's figures. Imports no torch."""

import csv
import hashlib
import os
import shlex
import sys
from pathlib import Path

from inr2vec_core.utils.files import depends_on_locale
from inr2vec_core.utils.text import is_utf8, printable

ROOT = Path(__file__).resolve().parents[2]


def fingerprint(*values) -> str:
    """Hash of values that `repr` describes in full."""
    return hashlib.blake2b(repr(values).encode(), digest_size=8).hexdigest()


def fault_of_folder(folder: Path) -> str | None:
    """Why the project cannot run where it is, or None."""
    path = str(folder)
    if any(sign in path for sign in ":{}"):
        return (
            f"{path} has a colon or a brace in its name, which paths of commands and of Snakemake "
            "cannot have: rename or move the folder"
        )
    if not is_utf8(path):
        return f"{printable(path)} has a name that is not UTF-8: rename or move the folder"
    if depends_on_locale(path):
        return f"{path} has letters that depend on the locale: set LC_ALL=C.UTF-8 or PYTHONUTF8=1"
    return None


def prepare_environment() -> None:
    """Leave in the environment what scripts need, for they run as processes of their own."""
    # Snakemake puts Python's path into shell commands as it is, blanks and all.
    if Path(sys.executable).exists():  # not quoted yet
        sys.executable = shlex.quote(sys.executable)
    # What libraries open without a named encoding must not depend on the locale.
    os.environ["PYTHONUTF8"] = "1"
    # Where the library is.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    # Huge pages for torch's arrays: a training spends up to a third of its time on page faults.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    # So that a job can tell when its Snakemake was killed, and ends; see job.py.
    os.environ["INR2VEC_SNAKEMAKE"] = str(os.getpid())


def paper_figures(*tables: int) -> list[dict]:
    """The paper's figures of some tables: method, modality, dataset, split, metric, value."""
    with (ROOT / "report" / "paper_figures.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if int(row.pop("table")) in tables]
    return [row | {"value": float(row["value"])} for row in rows]
