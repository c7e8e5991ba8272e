"""A Mermaid flowchart as SVG, so that a page shows it without a script from elsewhere.

Layers run from left to right (Sugiyama et al. 1981): a node lies one layer behind the last of those
before it, and a few sweeps move each next to the mean of its neighbors, so that few arrows cross.
Arrows over several layers pass through nodes without a name.
"""

import re
from html import escape
from itertools import pairwise

ARROW = re.compile(r"^\s*(\w+) --> (\w+)$", re.MULTILINE)
COLUMN, ROW, WIDTH, HEIGHT = 215, 25, 170, 19  # of the raster, and of a box in it
SWEEPS = 24


def flowchart_svg(mermaid: str) -> str:
    """The SVG of a flowchart.

    Args:
        mermaid: its source, a line `before --> after` for each arrow.
    """
    arrows = ARROW.findall(mermaid)
    layers = layers_of(arrows)
    chains = _chains(arrows, layers)
    columns = _columns(chains, layers)
    place = {
        node: (COLUMN * i, ROW * row) for i, column in enumerate(columns) for node, row in column
    }
    width = COLUMN * len(columns)
    height = max(y for _, y in place.values()) + ROW
    lines = [_arrow([place[node] for node in chain]) for chain in chains]
    boxes = [_box(node, *place[node]) for node in layers]
    return (
        f'<div class="flowchart"><svg viewBox="-4 -4 {width} {height + 8}" width="{width}" '
        f'height="{height + 8}" role="img" aria-label="Graph of the rules">'
        + "".join([*lines, *boxes])
        + "</svg></div>"
    )


def layers_of(arrows: list[tuple[str, str]]) -> dict[str, int]:
    """The layer of each node: the length of the longest way to it.

    Raises:
        ValueError: the arrows run in a circle.
    """
    before = {}
    for source, target in arrows:
        before.setdefault(source, []), before.setdefault(target, []).append(source)
    layers = {}
    while len(layers) < len(before):
        ready = [n for n, b in before.items() if n not in layers and all(s in layers for s in b)]
        if not ready:
            raise ValueError("the arrows run in a circle")
        layers |= {n: max((layers[s] + 1 for s in before[n]), default=0) for n in ready}
    return layers


def _chains(arrows, layers):
    """Each arrow as the nodes that it passes, one in every layer from its start to its end."""
    return [
        [source, *((source, target, i) for i in range(layers[source] + 1, layers[target])), target]
        for source, target in arrows
    ]


def _columns(chains, layers):
    """The nodes of each layer with their rows, from the top."""
    order = [[] for _ in range(max(layers.values()) + 1)]
    neighbors = {}
    for chain in chains:
        for i, node in enumerate(chain, layers[chain[0]]):
            if node not in order[i]:
                order[i].append(node)
        for a, b in pairwise(chain):
            neighbors.setdefault(a, []).append(b)
            neighbors.setdefault(b, []).append(a)
    rows = {node: float(row) for column in order for row, node in enumerate(column)}
    for sweep in range(SWEEPS):
        for column in order if sweep % 2 else reversed(order):
            wanted = {n: sum(rows[m] for m in neighbors[n]) / len(neighbors[n]) for n in column}
            column.sort(key=lambda node, wanted=wanted: wanted[node])
            rows |= _spread([wanted[node] for node in column], column)
    least = min(rows.values())
    return [[(node, rows[node] - least) for node in column] for column in order]


def _spread(wanted, column):
    """Rows at least 1 apart (half of it for arrows that pass), as near to the wanted as can be."""
    gaps = [0.0]
    for a, b in pairwise(column):
        gaps.append(gaps[-1] + (1.0 if isinstance(a, str) or isinstance(b, str) else 0.4))
    # Least squares under an order is the pooling of neighbors that violate it.
    blocks = []
    for value in (w - g for w, g in zip(wanted, gaps, strict=True)):
        blocks.append([value, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, n), (b, m) = blocks[-2], blocks.pop()
            blocks[-1] = [(a * n + b * m) / (n + m), n + m]
    starts = [mean for mean, size in blocks for _ in range(size)]
    return {n: s + g for n, s, g in zip(column, starts, gaps, strict=True)}


def _arrow(points):
    """A curve from a box's right side to another's left side, level where it passes a layer."""
    (x, y), *rest = points
    path = [f"M{x + WIDTH} {y + HEIGHT / 2:.0f}"]
    for to_x, to_y in rest:
        middle, level, to_level = to_x - (COLUMN - WIDTH) / 2, y + HEIGHT / 2, to_y + HEIGHT / 2
        path.append(f"C{middle:.0f} {level:.0f} {middle:.0f} {to_level:.0f} {to_x} {to_level:.0f}")
        path.append(f"H{to_x + WIDTH}")
        y = to_y
    return f'<path d="{"".join(path[:-1])}"/>'


def _box(name, x, y):
    return (
        f'<rect x="{x}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="4"/>'
        f'<text x="{x + 6}" y="{y + 14:.0f}">{escape(name)}</text>'
    )
