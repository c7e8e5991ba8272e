"""Things to sit and lie on: chairs, sofas and beds. They face the front, +z."""

import numpy as np
from manifold3d import Manifold

from inr2vec_core.shapes.procedural.assembly import Assembly, Dice
from inr2vec_core.shapes.procedural.solids import bar, box, mirrored, oval, prism
from inr2vec_core.shapes.procedural.supports import corner_legs, draw_supports


def _upright(
    dice: Dice, style: str, width: float, height: float, thick: float, soft: float
) -> list[Manifold]:
    """A back or headboard standing on the origin, of a style: panel, arch, rails or bars."""
    if style == "panel":
        return [box((0, height / 2, 0), (width, height, thick), soft)]
    if style == "arch":
        outline = oval(width, 1.7 * height, dice.between(2, 4), 32)
        upper = outline[outline[:, 1] > 0] + (0, 0.15 * height)
        foot = [(-width / 2, 0), (width / 2, 0)]
        return [prism(np.concatenate([upper, foot]), thick, "z")]
    post, solids, sides = 0.6 * thick, [], dice.pick(4, 10)
    for side in (-1, 1):
        x = side * (width / 2 - post)
        solids.append(bar((x, 0, 0), (x, height, 0), post, sides=sides))
    count = dice.pick(2, 3, 4)
    if style == "rails":
        rail = 0.5 * height / count
        for y in np.linspace(0.35, 0.97, count) * (height - rail / 2):
            solids.append(box((0, y, 0), (width - post, rail, 0.8 * thick)))
        return solids
    solids.append(box((0, 0.93 * height, 0), (1.01 * width, 0.16 * height, 1.1 * thick), soft))
    for x in np.linspace(-0.5, 0.5, count + 2)[1:-1] * width:
        solids.append(bar((x, 0, 0), (x, 0.95 * height, 0), 0.7 * post, sides=8))
    return solids


def _lean(solids: list[Manifold], degrees: float, y: float, z: float) -> list[Manifold]:
    return [solid.rotate((-degrees, 0, 0)).translate((0, y, z)) for solid in solids]


def chair(dice: Dice) -> Assembly:
    """A chair on legs, a star or a sled, with a back of some style and at times arms."""
    made = Assembly()
    width, depth = dice.between(0.36, 1.25), dice.between(0.38, 0.9)
    seat_y, back_height = dice.between(0.22, 0.7), dice.between(0.22, 0.95)
    thick, leg = dice.between(0.05, 0.12), dice.between(0.022, 0.04)
    soft = dice.pick(0.0, 0.4) * thick
    rounded = dice.chance(0.25)
    if rounded:
        outline = oval(width, depth, dice.between(2.5, 4))
        made.add("seat", prism(outline, thick, "y", (0, seat_y, 0)))
    else:
        made.add("seat", box((0, seat_y, 0), (width, thick, depth), soft))
    stand = dice.pick("corners", "corners", "corners", "ring", "star", "sled", "pedestal")
    reach = 0.78 if rounded else 0.94
    made.add("leg", *draw_supports(dice, stand, reach * width, reach * depth, seat_y, leg))
    panel = dice.between(0.05, 0.1)
    style = dice.pick("panel", "panel", "arch", "rails", "bars")
    # The corners of a rounded seat could not hold a back of the full width.
    broad, behind = (0.62, 0.38) if rounded else (dice.between(0.75, 0.98), 0.45)
    back = _upright(dice, style, broad * width, back_height, panel, soft)
    made.add("back", *_lean(back, dice.between(0, 14), seat_y, -behind * depth))
    if not rounded and dice.chance(0.5):
        made.add("arm", *_chair_arms(dice, width, depth, seat_y, back_height))
    return made


def _chair_arms(
    dice: Dice, width: float, depth: float, seat_y: float, back_height: float
) -> list[Manifold]:
    rise = min(dice.between(0.15, 0.28), 0.8 * back_height)
    thick = dice.between(0.04, 0.08)
    x, top = width / 2 - 0.3 * thick, seat_y + rise
    rest = box((x, top, -0.03 * depth), (thick, 0.7 * thick, 0.94 * depth))
    if dice.chance(0.3):
        arm = rest + box((x, seat_y + rise / 2, 0), (0.8 * thick, rise, 0.8 * depth))
    else:
        z = dice.between(0.2, 0.4) * depth
        arm = rest + bar((x, seat_y, z), (x, top, z), 0.4 * thick, sides=dice.pick(4, 8))
    return [mirrored(arm, "x")]


def sofa(dice: Dice) -> Assembly:
    """An upholstered seat for one to four, at times without arms or with a chaise at one end."""
    made = Assembly()
    width, depth = dice.between(0.85, 2.1), dice.between(0.6, 1.25)
    seat_y, back_y = dice.between(0.32, 0.55), dice.between(0.6, 1.25)
    arm, back = dice.between(0.1, 0.28), dice.between(0.14, 0.3)
    floor, soft = dice.between(0.04, 0.16), dice.pick(0.0, 0.04, 0.09)
    inner = width - 2 * arm
    base = seat_y - 0.12 - floor
    made.add(
        "seat", box((0, floor + base / 2 + 0.03, 0), (width * 0.98, base + 0.06, depth * 0.98))
    )
    cushions = max(1, round(inner / dice.between(0.5, 0.9)))
    for x in (np.arange(cushions) - (cushions - 1) / 2) * inner / cushions:
        size = (1.02 * inner / cushions, 0.18, depth - 0.6 * back)
        made.add("seat", box((x, seat_y - 0.07, 0.3 * back), size, soft))
    panel = [box((0, 0, 0), (width * dice.pick(0.97, 0.9), back_y - floor - 0.02, back), soft)]
    lean = dice.between(0, 8)
    made.add("back", *_lean(panel, lean, (back_y + floor) / 2 + 0.01, -(depth - back) / 2))
    if dice.chance(0.85):
        made.add("arm", *_sofa_arms(dice, width, depth, arm, floor - 0.01, seat_y, back_y, soft))
    if dice.chance(0.3):
        reach = dice.between(0.25, 0.7)
        x = dice.pick(-1, 1) * (width / 2 - 0.35)
        size = (0.66, seat_y - floor - 0.02, reach + 0.2)
        made.add("seat", box((x, (seat_y + floor) / 2, (depth + reach) / 2 - 0.1), size, soft))
    thick = dice.between(0.025, 0.05)
    made.add("leg", *corner_legs(width, depth, floor + 0.05, thick, dice.pick(4, 10)))
    return made


def _sofa_arms(
    dice: Dice,
    width: float,
    depth: float,
    arm: float,
    floor: float,
    seat_y: float,
    back_y: float,
    soft: float,
) -> list[Manifold]:
    top = seat_y + dice.between(0.08, 0.95) * max(back_y - seat_y, 0.1)
    x = (width - arm) / 2
    solid = box((x, (top + floor) / 2, 0), (arm, top - floor, depth), soft)
    if dice.chance(0.3):
        roll = 0.62 * arm
        solid += bar((x, top, -depth / 2 + 0.02), (x, top, depth / 2 + 0.02), roll, sides=20)
    return [mirrored(solid, "x")]


def bed(dice: Dice) -> Assembly:
    """A bed with its head to the left or right: single or double, with posts, or a bunk of two."""
    made = Assembly(pose=(0, dice.pick(90, -90), 0))
    width, length = dice.between(0.7, 1.8), dice.between(1.3, 2.1)
    frame_y, rail = dice.between(0.22, 0.45), dice.between(0.1, 0.25)
    soft = dice.pick(0.03, 0.08)
    bunk = dice.chance(0.15)
    levels = [frame_y, frame_y + dice.between(0.75, 1.1)] if bunk else [frame_y]
    for level in levels:
        _berth(dice, made, width, length, level, rail, soft)
    thick = dice.between(0.035, 0.06)
    head = dice.between(0.3, 0.95)
    if bunk or dice.chance(0.25):
        post_top = levels[-1] + (0.35 if bunk else dice.between(0.5, 1.6))
        made.add("leg", *corner_legs(width, length, post_top, thick, dice.pick(4, 10)))
        if not bunk and dice.chance(0.6):
            made.add("frame", *_canopy(width, length, post_top, thick))
        head = min(head, post_top - frame_y)
    else:
        made.add("leg", *corner_legs(width, length, frame_y, thick, dice.pick(4, 10)))
    panel = dice.between(0.06, 0.14)
    style = dice.pick("panel", "panel", "arch", "rails", "bars")
    board = _upright(dice, style, 1.03 * width, head + frame_y, panel, 0.3 * panel)
    made.add("headboard", *_lean(board, 0, dice.pick(0.0, 0.5) * frame_y, -length / 2))
    if dice.chance(0.35):
        foot = frame_y + dice.between(0.15, 0.6) * head
        made.add(
            "headboard",
            *_lean(_upright(dice, style, 1.03 * width, foot, panel, 0), 0, 0, length / 2),
        )
    return made


def _berth(
    dice: Dice, made: Assembly, width: float, length: float, y: float, rail: float, soft: float
) -> None:
    """Frame, mattress and pillows of one level, the frame's middle at `y`."""
    mattress = dice.between(0.14, 0.3)
    # Seen in the frame of the builder the head is at -z; the pose turns it to a side.
    made.add("frame", box((0, y, 0), (width, rail, length)))
    # The rounded rim below sinks into the frame, else it would close off a hidden hollow.
    middle = y + rail / 2 + 0.5 * mattress - soft
    made.add("mattress", box((0, middle, 0), (0.95 * width, mattress, 0.95 * length), soft))
    pillows = 2 if width > 1.3 else dice.pick(0, 1)
    for x in (np.arange(pillows) - (pillows - 1) / 2) * 0.46 * width:
        size = (0.42 * width if pillows == 2 else 0.6 * width, 0.14, 0.3)
        made.add("pillow", box((x, middle + 0.5 * mattress, -0.37 * length), size, 0.06))


def _canopy(width: float, length: float, y: float, thick: float) -> list[Manifold]:
    x, z = width / 2 - 1.3 * thick, length / 2 - 1.3 * thick
    along = bar((x, y, -z - thick), (x, y, z + thick), 1.05 * thick, sides=4)
    across = bar((-x, y, z), (x, y, z), thick, sides=4)
    return [mirrored(along, "x"), mirrored(across, "z")]
