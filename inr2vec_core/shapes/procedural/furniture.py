"""Tables and cabinets. Fronts look to +z."""

import numpy as np

from inr2vec_core.shapes.procedural.assembly import Assembly, Dice
from inr2vec_core.shapes.procedural.solids import bar, box, oval, prism
from inr2vec_core.shapes.procedural.supports import corner_legs, draw_supports


def table(dice: Dice) -> Assembly:
    """From coffee table to bar table and desk; round or angular; at times a shelf or drawers."""
    made = Assembly()
    width, depth = dice.between(0.6, 1.7), dice.between(0.5, 1.3)
    height, thick = dice.between(0.4, 1.2), dice.between(0.05, 0.12)
    leg = dice.between(0.03, 0.07)
    style = dice.pick("corners", "corners", "corners", "ring", "pedestal", "trestle", "sled")
    rounded = dice.chance(0.5) if style in ("ring", "pedestal") else dice.chance(0.15)
    if rounded:
        outline = oval(width, depth, dice.between(2, 3.5), 28)
        made.add("top", prism(outline, thick, "y", (0, height, 0)))
    else:
        made.add("top", box((0, height, 0), (width, thick, depth), dice.pick(0, 0.4) * thick))
    reach = 0.66 if rounded else 0.97
    extra = dice.pick("none", "none", "shelf", "apron", "apron", "drawers")
    # A shelf is cut for straight legs and would hang free between flaring ones.
    flare = 0.0 if extra == "shelf" else 0.2
    width, depth = reach * width, reach * depth
    made.add("leg", *draw_supports(dice, style, width, depth, height, leg, flare))
    if style in ("corners", "trestle", "sled"):
        _below_the_top(dice, made, extra, width, depth, height, leg)
    return made


def _below_the_top(
    dice: Dice,
    made: Assembly,
    kind: str,
    width: float,
    depth: float,
    height: float,
    leg: float,
) -> None:
    if kind == "shelf":
        y = dice.between(0.15, 0.5) * height
        made.add("shelf", box((0, y, 0), (width - 2 * leg, 0.05, depth - 2 * leg)))
    elif kind == "apron":
        deep = dice.between(0.12, 0.22) * height
        made.add("top", box((0, height - deep / 2, 0), (0.9 * width, deep, 0.85 * depth)))
    elif kind == "drawers":
        deep, broad = dice.between(0.25, 0.8) * height, dice.between(0.2, 0.35) * width
        x = dice.pick(-1, 1) * (width / 2 - broad / 2 - 2 * leg)
        made.add("shelf", box((x, height - deep / 2, 0), (broad, deep, 0.85 * depth)))


def cabinet(dice: Dice) -> Assembly:
    """A case of cells, each open, behind a door or filled by a drawer; on legs, plinth or floor."""
    made = Assembly()
    width, height = dice.between(0.45, 1.7), dice.between(0.45, 1.8)
    depth, wall = dice.between(0.3, 0.8), dice.between(0.04, 0.07)
    lift = dice.pick(0.0, 0.0, dice.between(0.08, 0.3))
    case = box((0, lift + height / 2, 0), (width, height, depth))
    inside = (width - 2 * wall, height - 2 * wall, depth)
    made.add("body", case - box((0, lift + height / 2, wall), inside))
    rows = max(1, round(inside[1] / dice.between(0.25, 0.6)))
    columns = max(1, round(inside[0] / dice.between(0.35, 0.8)))
    step = (inside[0] / columns, inside[1] / rows)
    for y in lift + wall + step[1] * np.arange(1, rows):
        made.add("shelf", box((0, y, 0), (width - wall, 0.8 * wall, depth - wall)))
    for x in step[0] * (np.arange(1, columns) - columns / 2):
        made.add("shelf", box((x, lift + height / 2, 0), (0.8 * wall, height - wall, depth - wall)))
    _fill_cells(dice, made, rows, columns, step, lift + wall, depth, wall)
    if lift and dice.chance(0.75):
        legs = corner_legs(width, depth, lift + wall / 2, 0.8 * wall, dice.pick(4, 10))
        made.add("leg", *legs)
    elif lift:
        made.add("leg", box((0, lift / 2, 0), (0.9 * width, 1.1 * lift, 0.85 * depth)))
    if dice.chance(0.3):
        y = lift + height
        made.add("body", box((0, y, 0), (width + 2 * wall, 1.2 * wall, depth + 2 * wall)))
    return made


def _fill_cells(
    dice: Dice,
    made: Assembly,
    rows: int,
    columns: int,
    step: tuple[float, float],
    bottom: float,
    depth: float,
    wall: float,
) -> None:
    closed = dice.pick(0.0, 0.5, 0.9, 1.0)
    handle = dice.pick("knob", "grip", "none")
    proud = dice.pick(0.3, 1.0) * wall
    for row in range(rows):
        for column in range(columns):
            if not dice.chance(closed):
                continue
            x, y = step[0] * (column + 0.5 - columns / 2), bottom + step[1] * (row + 0.5)
            # As deep as the case: a thin door would leave a hidden hollow behind it.
            size = (1.01 * step[0] - 0.5 * wall, 1.01 * step[1] - 0.5 * wall, depth)
            made.add("door", box((x, y, proud), size))
            front = depth / 2 + proud
            if handle == "knob":
                made.add("handle", bar((x, y, front - 0.02), (x, y, front + wall), 0.6 * wall))
            elif handle == "grip":
                grip = (0.5 * step[0], 0.7 * wall, 1.6 * wall)
                made.add("handle", box((x, y + 0.2 * step[1], front), grip))


def monitor(dice: Dice) -> Assembly:
    """A screen on a neck and a foot: flat, portrait or with a tube's bulge; at times two."""
    made = Assembly()
    width, height = dice.between(0.45, 1.4), dice.between(0.4, 1.0)
    thick, rim = dice.between(0.05, 0.12), dice.between(0.03, 0.06)
    neck = dice.between(0.1, 0.4)
    twins = dice.chance(0.15)
    middle = neck + height / 2
    glass = box((0, 0, thick / 2), (width - 2 * rim, height - 2 * rim, 0.4 * thick))
    panel = box((0, 0, 0), (width, height, thick), dice.pick(0, 0.4) * rim) - glass
    if dice.chance(0.3):
        bulge = dice.between(0.2, 0.8)
        back = prism(oval(0.85 * width, 0.85 * height, 6), bulge, "z", (0, 0, -bulge / 2))
        panel += back
    panel = panel.rotate((-dice.between(0, 10), 0, 0))
    for x in (-0.52 * width, 0.52 * width) if twins else (0.0,):
        made.add("screen", panel.translate((x, middle, 0)))
    thin = dice.between(0.03, 0.06)
    if twins:
        made.add("stand", box((0, middle, -0.6 * thick), (0.6 * width, 2 * thin, thick)))
    back = -thin
    made.add("stand", bar((0, 0.02, back), (0, middle, back), thin, sides=dice.pick(4, 12)))
    _monitor_foot(dice, made, width, back)
    return made


def _monitor_foot(dice: Dice, made: Assembly, width: float, back: float) -> None:
    broad, deep = dice.between(0.35, 0.9) * width, dice.between(0.25, 0.75)
    flat = dice.between(0.035, 0.06)
    kind = dice.pick("plate", "round", "feet")
    if kind == "plate":
        made.add("base", box((0, flat / 2, 0.1 * deep + back), (broad, flat, deep)))
    elif kind == "round":
        made.add("base", prism(oval(broad, deep), flat, "y", (0, flat / 2, back)))
    else:
        for side in (-1, 1):
            for z in (-0.5, 0.6):
                tip = (side * broad / 2, 0.02, back + z * deep)
                made.add("base", bar((0, 0.07, back), tip, 0.045, 0.03, sides=8))
