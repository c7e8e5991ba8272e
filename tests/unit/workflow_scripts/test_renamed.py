"""Old names of config keys and values: refused, wherever they stand, with the new one."""

import pytest

from workflow_scripts.common import renamed

KEYS = renamed.RENAMED_KEYS


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


@pytest.mark.parametrize(("config", "line"), [
    ({"networks": {"pointnet": {"type": "pointnet"}}}, "networks: is called baselines now"),
    ({"encoders": {"mine": {"decoded_level": "paper"}}},
     "encoders.mine.decoded_level: is called iso_level now"),
    ({"baselines": {"dgcnn": {"neighbours": 5}}},
     "baselines.dgcnn.neighbours: is called neighbors now"),
    ({"autoencoders": {"ae": {"neighbours": 5}}},
     "autoencoders.ae.neighbours: is called neighbors now"),
    ({"segmenters": {"parts": {"neighbours": 5}}},
     "segmenters.parts.neighbours: is called neighbors now"),
])  # fmt: skip
def test_each_renamed_key_is_refused_with_the_new_one(config, line, monkeypatch):
    monkeypatch.setattr(renamed, "RENAMED_KEYS", KEYS)
    assert renamed.old_names(config) == [line]


def test_a_renamed_section_is_told_with_the_renamed_keys_in_it(monkeypatch):
    monkeypatch.setattr(renamed, "RENAMED_KEYS", KEYS)
    assert renamed.old_names({"networks": {"dgcnn": {"neighbours": 5}}}) == [
        "networks: is called baselines now",
        "networks.dgcnn.neighbours: is called neighbors now",
    ]
