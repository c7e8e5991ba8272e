"""The page of all configuration keys."""

import re
from pathlib import Path

import pytest
import yaml

from docs.site_pages.configuration import configuration_tables, keys_of, values_of
from workflow_scripts.common.config import complete_config

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = yaml.safe_load((ROOT / "schemas/config.schema.yaml").read_text(encoding="utf-8"))
KEYS = {".".join(key.path): key for key in keys_of(SCHEMA)}
PAGE = configuration_tables(SCHEMA)
TOY = {
    "properties": {
        "things": {
            "description": "All things.",
            "reruns": "That thing.",
            "additionalProperties": {"$ref": "#/$defs/thing"},
        }
    },
    "$defs": {
        "thing": {
            "required": ["kind"],
            "properties": {
                "kind": {"enum": ["a", "b"], "description": "Kind | of thing."},
                "size": {
                    "$ref": "#/$defs/positive",
                    "default": 3,
                    "description": "Its size.",
                    "reruns": "Nothing.",
                },
            },
        },
        "positive": {"type": "integer", "minimum": 1},
    },
}


def named_in(node, path=()):
    """Paths of all keys of a completed config; entries' names and positions become `*`."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*path, key)
            yield from named_in(value, (*path, key))
    elif isinstance(node, list):
        for item in node:
            yield from named_in(item, (*path, "[]"))


@pytest.mark.parametrize("name", KEYS)
def test_every_key_says_what_it_takes_means_and_reruns(name):
    key = KEYS[name]
    assert key.values
    assert key.default
    assert len(key.meaning) > 10
    assert len(key.reruns) > 5


def test_every_key_of_a_completed_config_is_on_the_page():
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    complete_config(config, ROOT / "schemas/config.schema.yaml")
    entries = {name.split(".")[0] for name in KEYS if ".<name>" in name}
    found = set()
    for path in named_in(config):
        if path[0] in entries and len(path) > 1:
            path = (path[0], "<name>", *path[2:])
        if "options" not in path[:-1]:  # an encoder's own keys
            found.add(".".join(path))
    found -= {f"{section}.<name>" for section in entries}
    assert len(found) > 100
    assert found <= set(KEYS)


def test_every_key_has_one_row_or_heading():
    headings = re.findall(r"^## (\w+)$", PAGE, re.MULTILINE)
    rows = re.findall(r"^\| <span id=", PAGE, re.MULTILINE)
    assert headings == list(SCHEMA["properties"])
    assert len(headings) + len(rows) == len(KEYS)
    anchors = re.findall(r'id="(.*?)"', PAGE)
    assert len(set(anchors)) == len(anchors)


def test_a_row_has_values_default_meaning_and_what_differs_in_reruns():
    page = configuration_tables(TOY)
    assert "An edit reruns: that thing." in page
    assert "Keys of each entry `things.<name>`:" in page
    assert "`kind` | `a`, `b` | required | Kind \\| of thing. |" in page
    row = "`size` | integer, at least 1 | `3` | Its size. *An edit reruns: nothing.* |"
    assert row in page


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 1}, "number, above 0, at most 1"),
        ({"oneOf": [{"type": "integer"}, {"type": "null"}]}, "integer, or null"),
        ({"type": ["integer", "null"], "minimum": 1}, "integer or null, at least 1"),
        ({"oneOf": [{"type": "integer"}, {"const": "auto"}]}, "integer, or `auto`"),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
            "list of string, not empty, no value twice",
        ),
        (
            {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
            "list of 2 number",
        ),
    ],
)
def test_values_in_words(schema, text):
    assert values_of(schema, schema) == text
