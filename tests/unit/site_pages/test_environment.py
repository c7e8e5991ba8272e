"""The environment that builds the site: one list, its lock, and the package's extra."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]


def lines(file):
    text = (ROOT / "envs" / file).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_list_is_the_packages_extra():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert lines("requirements-docs.in") == project["optional-dependencies"]["docs"]


def test_the_lock_satisfies_the_list():
    pins = [line.split("==") for line in lines("requirements-docs.lock")]
    locked = {canonicalize_name(name): version for name, version in pins}
    assert len(locked) > 20
    for text in lines("requirements-docs.in"):
        requirement = Requirement(text)
        assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)])
