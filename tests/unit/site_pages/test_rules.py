"""The page of rules, and the graph of them."""

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from docs.site_pages.flowchart import flowchart_svg, layers_of
from docs.site_pages.rules import Rule, rules_of, rules_tables

ROOT = Path(__file__).resolve().parents[3]
TEXT = '''"""Two rules."""


rule fit:
    output:
        "a",
    resources:
        gpu=1,

    script:
        "../workflow_scripts/inrs/fit.py"


use rule fit as fit_again with:
    output:
        "b",


NAMES = ["rule"]


rule read:
    script:
        "../workflow_scripts/read.py"
'''


def test_rules_of_a_file():
    assert rules_of(TEXT) == [
        Rule("fit", "workflow_scripts/inrs/fit.py", True),
        Rule("fit_again", "workflow_scripts/inrs/fit.py", True),
        Rule("read", "workflow_scripts/read.py", False),
    ]


def test_every_rule_is_on_the_page_with_a_sentence():
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "rules").glob("*.smk")]
    names = {name for text in texts for name in re.findall(r"^rule (\w+):", text, re.MULTILINE)}
    names |= {name for text in texts for name in re.findall(r"^use rule \w+ as (\w+)", text, re.M)}
    rows = dict(
        re.findall(r'^\| <span id="(\w+)"></span>.*? \| (.*?) \|', rules_tables(ROOT), re.M)
    )
    assert len(names) > 40
    assert set(rows) == names
    assert all(what.endswith((".", ":")) for what in rows.values())


def test_layers_are_the_longest_ways():
    arrows = [("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("x", "d")]
    assert layers_of(arrows) == {"a": 0, "x": 0, "b": 1, "c": 2, "d": 3}
    with pytest.raises(ValueError, match="circle"):
        layers_of([("a", "b"), ("b", "a")])


def test_a_flowchart_has_a_box_a_node_and_a_line_an_arrow():
    svg = flowchart_svg("flowchart TB\n    a --> b\n    a --> c\n    b --> d\n    a --> d\n")
    tree = ElementTree.fromstring(svg)
    assert sorted(text.text for text in tree.iter("text")) == ["a", "b", "c", "d"]
    assert len(list(tree.iter("path"))) == 4
    corners = [(float(box.get("x")), float(box.get("y"))) for box in tree.iter("rect")]
    assert len(set(corners)) == 4
    by_column = {}
    for x, y in corners:
        by_column.setdefault(x, []).append(y)
    for rows in by_column.values():
        rows.sort()
        assert all(b - a >= 19 for a, b in pairwise(rows))
