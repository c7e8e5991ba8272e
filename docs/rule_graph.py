"""Draws the graph of the workflow's rules into docs/architecture.md.

    make rule-graph                     # write it
    python docs/rule_graph.py --check   # fail where the document is out of date

Snakemake gives the arrows; those that follow from others are left out (transitive reduction).
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

import networkx as nx

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "architecture.md"
BLOCK = re.compile(r"(?<=<!-- rule graph: begin -->\n).*?(?=<!-- rule graph: end -->)", re.DOTALL)


def rule_graph() -> nx.DiGraph:
    """The rules behind all tables and figures of the embedded config."""
    command = [sys.executable, "-m", "snakemake", "--rulegraph", "mermaid-js", "all"]
    output = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8"
    ).stdout
    names = dict(re.findall(r"^\s*(id\d+)\[(\w+)\]", output, re.MULTILINE))
    arrows = re.findall(r"^\s*(id\d+) --> (id\d+)", output, re.MULTILINE)
    graph = nx.DiGraph([(names[before], names[after]) for before, after in arrows])
    graph.remove_node("all")
    return graph


def as_mermaid(graph: nx.DiGraph) -> str:
    """A Mermaid block, the arrows in the order of the flow."""
    reduced = nx.transitive_reduction(graph)
    order = {rule: i for i, rule in enumerate(nx.lexicographical_topological_sort(reduced))}
    arrows = sorted(reduced.edges, key=lambda arrow: (order[arrow[0]], order[arrow[1]]))
    lines = [f"    {before} --> {after}" for before, after in arrows]
    return "\n".join(["```mermaid", "flowchart TB", *lines, "```", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    check = parser.parse_args().check
    text = DOCUMENT.read_text(encoding="utf-8")
    drawn = BLOCK.sub(as_mermaid(rule_graph()), text)
    if check and drawn != text:
        sys.exit(f"{DOCUMENT.name} shows other rules than there are: run `make rule-graph`")
    DOCUMENT.write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
