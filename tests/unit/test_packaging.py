"""The package as pip sees it: what it depends on, and a wheel that works without the checkout."""

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = [ROOT / f"envs/{name}.lock" for name in ("requirements-docs", "requirements")]
LOCKED = {
    canonicalize_name(name): version
    for lock in LOCKS
    for name, version in re.findall(r"^([\w.-]+)==(\S+)$", lock.read_text("utf-8"), re.M)
}
# Faster where it happens to be installed; an extra of its own. Nothing else needs them.
OPTIONAL = {"pytorch3d", "huggingface_hub"}


def imported_by(folder):
    """Names of the top-level modules that the files below a folder import anywhere."""
    names = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - {"inr2vec_core", "workflow_scripts"} - OPTIONAL


def distributions_of(folder):
    """The names that pip knows those modules by."""
    known = packages_distributions()  # without a module that is a single compiled file
    return {canonicalize_name(known.get(name, [name])[0]) for name in imported_by(folder)}


def declared(requirements):
    return {canonicalize_name(Requirement(text).name) for text in requirements}


@pytest.mark.parametrize(
    ("folder", "requirements"),
    [
        ("inr2vec_core", PROJECT["dependencies"]),
        ("workflow_scripts", PROJECT["dependencies"] + EXTRAS["workflow"]),
    ],
)
def test_what_is_imported_is_declared(folder, requirements):
    needed = distributions_of(folder)
    assert len(needed) > 5
    assert needed <= declared(requirements)


def test_the_library_declares_nothing_that_it_does_not_import():
    elsewhere = {"open3d"}  # the name of open3d-cpu where there is no such build
    assert declared(PROJECT["dependencies"]) == distributions_of("inr2vec_core") | elsewhere


@pytest.mark.parametrize("extra", ["", "workflow", "dev", "docs"])
def test_the_lock_satisfies_the_bounds(extra):
    for text in EXTRAS[extra] if extra else PROJECT["dependencies"]:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(LOCKED[canonicalize_name(requirement.name)]), text


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The Python of an environment with the wheel, and with the packages of the one that runs."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "inr2vec_core", source / "inr2vec_core", ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, source]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin/python"
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    install = [*pip, "--python", python, "install", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True)
    return python


def run_outside(python, code, folder):
    """What code prints that runs in an empty folder, with nothing of the checkout in sight."""
    known = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [python, "-c", code], cwd=folder, env=known, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_is_what_is_imported(installed, tmp_path):
    code = "import inr2vec_core as i2v; print(i2v.__file__, i2v.__version__)"
    file, version = run_outside(installed, code, tmp_path).split()
    assert Path(file).is_relative_to(installed.parents[1])
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert (Path(file).parent / "py.typed").exists()


def test_the_readmes_example_runs_from_nothing(installed, tmp_path):
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    code = example + "\nprint(*z.shape, *cloud.shape)"
    assert run_outside(installed, code, tmp_path).split() == ["24", "256", "8192", "3"]


def test_the_image_has_the_python_and_the_lock_of_make_env():
    lines = (ROOT / "envs/Dockerfile").read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (version,) = re.findall(r"^FROM python:([\d.]+)-", lines, re.M)
    assert f"PYTHON ?= python{version}\n" in makefile
    (copied,) = re.findall(r"^COPY (\S+) ", lines, re.M)
    assert f"LOCK := {copied}\n" in makefile
