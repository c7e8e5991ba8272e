"""Old names of config keys and values: refused, wherever they stand, with the new one."""

import pytest

from workflow_scripts.common import renamed


@pytest.fixture(autouse=True)
def names(monkeypatch):
    keys = {("a", "*", "old"): "new", ("rows", "*", "x"): "y"}
    monkeypatch.setattr(renamed, "RENAMED_KEYS", keys)
    monkeypatch.setattr(renamed, "RENAMED_VALUES", {("a", "*", "kind"): {"grey": "gray"}})


@pytest.mark.parametrize("config, lines", [
    ({"a": {"one": {"old": None}}}, ["a.one.old: is called new now"]),
    ({"a": {40: {"kind": "grey"}}}, ["a.40.kind: 'grey' is called 'gray' now"]),
    ({"rows": [{}, {"x": 1}]}, ["rows.1.x: is called y now"]),
    ({"a": {"one": {"kind": "gray", "new": 1}, "two": None, "three": {"kind": ["grey"]}}}, []),
    ({"a": "old", "rows": {}}, []),
    ({}, []),
])  # fmt: skip
def test_old_names_are_told_with_their_new_ones(config, lines):
    assert renamed.old_names(config) == lines
