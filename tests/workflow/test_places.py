"""Where the project stands, and in what locale, does not matter; where it cannot run it says so."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv

import pytest
from conftest import PROJECT

SHAPES = "results/scans/shapes/0.h5"
INIT = "results/inits/own_start.safetensors"
MAKEFILE = "include Makefile\ntiny: env\n\t$(SNAKEMAKE) --cores $(CORES) $(TARGET)\n"
# The locale's encoding is ASCII, in which nothing of a non-English user can be read.
ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


def make(workflow, *args, **env):
    for file in ("Makefile", "envs/requirements.lock"):
        shutil.copy(PROJECT / file, workflow.path / file)
    (workflow.path / "tiny.mk").write_text(MAKEFILE, encoding="utf-8")
    kept = {k: v for k, v in workflow.env.items() if k not in ("PYTHONPATH", "XDG_CACHE_HOME")}
    return subprocess.run(
        ["make", "-f", "tiny.mk", "CORES=2", f"TARGET={INIT}", *args], cwd=workflow.path,
        env=kept | env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
    )  # fmt: skip


def add_environment(workflow):
    """A Python in the project's folder, with the packages of this one."""
    venv.create(workflow.path / ".venv", symlinks=True)
    (site,) = (workflow.path / ".venv/lib").glob("python*/site-packages")
    (site / "all.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    (workflow.path / ".venv/.installed").touch()


def test_make_runs_in_a_folder_with_a_blank_and_without_a_home(new_copy, tmp_path):
    workflow = new_copy(tmp_path / 'it\'s a "b" $HOME #1')
    add_environment(workflow)
    done = make(workflow, "-o", "envs/requirements.lock", "tiny",
                HOME="/dev/null/none", TMPDIR="/dev/null/none")  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert not workflow.planned(INIT)


def test_snakemake_runs_in_any_locale_with_the_same_fingerprints(new_copy, tmp_path):
    workflow = new_copy(tmp_path / "a b")
    workflow.edit("config.yaml", "title: Demo", "title: Möbel 面")
    add_environment(workflow)
    done = subprocess.run(
        [workflow.path / ".venv/bin/python", "-m", "snakemake", "--cores", "2", SHAPES],
        cwd=workflow.path, env={**os.environ, **ASCII}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert not workflow.planned(SHAPES)


@pytest.mark.parametrize("name", ["a{b}", "a:b"])
def test_folder_where_nothing_can_run_is_refused_before_anything_is_installed(
    new_copy, tmp_path, name
):
    workflow = new_copy(tmp_path / name)
    done = make(workflow, "env", f"PYTHON={sys.executable}")
    assert done.returncode
    fault = f"{workflow.path} has a colon or a brace in its name"
    assert fault in done.stdout
    assert not (workflow.path / ".venv").exists()
    said = workflow.run("--dry-run", check=False)
    assert said.returncode
    assert fault in said.stdout
    assert "Traceback (most recent call last)" not in said.stdout


def test_tilde_in_a_root_is_the_home_of_the_user(workflow, tmp_path):
    (workflow.path / "data/scans").rename(tmp_path / "scans")
    workflow.edit("config.yaml", "root: data/scans", "root: ~/scans")
    workflow.env["HOME"] = str(tmp_path)
    workflow.env["XDG_CACHE_HOME"] = os.environ.get("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert workflow.planned(SHAPES) == {"prepare_shapes": 1}
