"""Rows as a table for people and as JSON for programs."""

import json
from pathlib import Path

from inr2vec_core.io.atomic import atomic


def table(rows: list[dict]) -> str:
    """A Markdown table with all columns that any row has.

    Args:
        rows: columns by name, texts and numbers.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, ["---"] * len(names)]
    cells += [[_text(row.get(name)) for name in names] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    # Of a traceback the last line; all of it is in the file.
    lines = str(value).strip().splitlines() or [""]
    return lines[-1].replace("|", "/")


def write_json(path: Path, found: dict) -> None:
    """Write a file that appears whole or not at all.

    Args:
        path: of the file.
        found: texts, numbers, lists and mappings.
    """
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
