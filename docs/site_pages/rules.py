"""The tables of the workflow's rules, made from the rule files and the scripts' docstrings."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

INCLUDE = re.compile(r'^include: "(rules/\w+\.smk)"', re.MULTILINE)
RULE = re.compile(r"^(?:use rule (\w+) as (\w+) with|rule (\w+)):\n((?:^(?:[ \t].*)?\n)*)", re.M)
SCRIPT = re.compile(r'script:\s+"\.\./([\w/.]+)"')
GPU = re.compile(r"\bgpu=")


@dataclass(frozen=True)
class Rule:
    """A rule of the workflow.

    Args:
        name: its name.
        script: path of its script in the project.
        gpu: whether it asks for a GPU.
    """

    name: str
    script: str
    gpu: bool


def rules_tables(root: Path) -> str:
    """Markdown, a section for each rule file that has rules.

    Args:
        root: the project's folder.
    """
    snakefile = (root / "Snakefile").read_text(encoding="utf-8")
    return "\n".join(_section(root, file) for file in INCLUDE.findall(snakefile))


def rules_of(text: str) -> list[Rule]:
    """The rules of a rule file, in its order; one that uses another has that one's script."""
    rules = {}
    for base, derived, name, body in RULE.findall(text):
        script, before = SCRIPT.search(body), rules.get(base)
        rules[derived or name] = Rule(
            derived or name,
            script[1] if script else before.script,
            bool(GPU.search(body)) or (before is not None and before.gpu),
        )
    return list(rules.values())


def _section(root: Path, file: str) -> str:
    text = (root / file).read_text(encoding="utf-8")
    rules = rules_of(text)
    if not rules:
        return ""
    summary = ast.literal_eval(re.match(r'""".*?"""', text, re.DOTALL)[0]).strip()
    stage = Path(file).stem.capitalize().replace("Inrs", "INRs")
    lines = [f"## {stage}", "", f"[`{file}`](../../{file}). {summary}", ""]
    lines += ["| rule | what it does | GPU |", "|---|---|---|"]
    for rule in rules:
        code = ast.parse((root / rule.script).read_text(encoding="utf-8"))
        what = ast.get_docstring(code).split("\n")[0]
        link = f"[`{rule.name}`](../../{rule.script})"
        lines.append(f'| <span id="{rule.name}"></span>{link} | {what} | {"yes" * rule.gpu} |')
    return "\n".join([*lines, ""])
