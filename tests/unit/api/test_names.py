"""The names of the package: the same for Python and for type checkers, and free at import."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import inr2vec_core
from inr2vec_core.api import MODULES
from workflow_scripts.common.fingerprint import ProjectCode

ROOT = Path(__file__).parents[3]


def test_importing_the_package_imports_nothing_heavy():
    code = "import inr2vec_core as i2v, sys; dir(i2v); i2v.InputError; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "inr2vec_core" in loaded
    assert not loaded & {"torch", "numpy", "scipy", "h5py", "pandas", "numba"}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_names_are_those_of_their_modules(name):
    assert getattr(inr2vec_core, name).__name__ == name
    assert getattr(inr2vec_core, name).__module__ == MODULES[name]
    assert name in dir(inr2vec_core)


def test_other_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'fit_inr'"):
        inr2vec_core.fit_inr  # noqa: B018


def test_the_stub_says_the_same():
    tree = ast.parse((ROOT / "inr2vec_core/__init__.pyi").read_text("utf-8"))
    told = {
        alias.name: node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told == MODULES


@pytest.fixture(scope="module")
def copy_of_code(tmp_path_factory):
    folder = tmp_path_factory.mktemp("code")
    for name in ("inr2vec_core", "workflow_scripts"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize(
    "script", ["inrs/init_inr.py", "encoders/train_encoder.py", "tables/table_scores.py"]
)
def test_an_edit_of_the_names_reruns_nothing(copy_of_code, script):
    before = ProjectCode(copy_of_code).version(script)
    for file in [*copy_of_code.glob("inr2vec_core/api/*.py"), copy_of_code / "inr2vec_core/x.py"]:
        with file.open("a") as text:
            text.write("\nNEW = 1\n")
    assert ProjectCode(copy_of_code).version(script) == before
    with (copy_of_code / "inr2vec_core/__init__.py").open("a") as text:
        text.write("\nNEW = 1\n")
    assert ProjectCode(copy_of_code).version(script) != before
