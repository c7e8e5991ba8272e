"""The locale decides nothing: whoever opens a text names its encoding."""

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
FILES = sorted(
    file
    for folder in ("inr2vec_core", "workflow_scripts", "benchmarks", "docs", "tests/workflow")
    for file in (PROJECT / folder).rglob("*.py")
    if not file.name.startswith("test_")
)


def unnamed(tree):
    """The lines that open text, or read another program's, without an encoding."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or any(k.arg == "encoding" for k in node.keywords):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        mode = [a.value for a in node.args if isinstance(a, ast.Constant)]
        mode += [k.value.value for k in node.keywords if k.arg == "mode"]
        mode = [m for m in mode if isinstance(m, str) and re.fullmatch("[rwaxbt+]{1,3}", m)]
        text = any(k.arg in ("text", "universal_newlines") for k in node.keywords)
        encoded = {"read_text": 1, "write_text": 2}
        if (
            (name in encoded and len(node.args) < encoded[name])
            or (name == "open" and (not node.args or mode) and "b" not in "".join(mode))
            or (name == "open" and isinstance(node.func, ast.Name) and not mode)
            or (name == "NamedTemporaryFile" and mode and "b" not in mode[0])
            or (name in ("run", "Popen", "check_output") and text)
            or name == "FileHandler"
        ):
            yield node.lineno


@pytest.mark.parametrize(
    "code", ["p.read_text()", "p.write_text(t)", "p.open()", "p.open('w')", "open(p)",
             "run(c, text=True)", "logging.FileHandler(log, 'w')"],
)  # fmt: skip
def test_an_encoding_that_is_not_named_is_found(code):
    assert list(unnamed(ast.parse(code))) == [1]
    assert not list(unnamed(ast.parse(f"{code[:-1]}, encoding='utf-8')".replace("(, ", "("))))


@pytest.mark.parametrize("code", ["p.open('rb')", "open(p, 'wb')", "archive.open(f'{n}.npy')"])
def test_bytes_need_no_encoding(code):
    assert not list(unnamed(ast.parse(code)))


def test_every_text_is_opened_in_a_named_encoding():
    found = {
        f"{file.relative_to(PROJECT)}:{line}"
        for file in FILES
        for line in unnamed(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert sorted(found) == []
