"""Things that stand on furniture: bottles, mugs, lamps, and a guitar."""

from collections.abc import Sequence

import numpy as np
from manifold3d import Manifold

from inr2vec_core.shapes.procedural.assembly import Assembly, Dice
from inr2vec_core.shapes.procedural.solids import bar, box, mirrored, oval, prism, tube, turned
from inr2vec_core.shapes.procedural.supports import ring_legs


def bottle(dice: Dice) -> Assembly:
    """A round, oval or square bottle from flask to ink bottle; capped or open; jugs have a grip."""
    made = Assembly(pose=(0, dice.pick(0, 180), 0))
    radius, height = dice.between(0.1, 0.48), dice.between(0.3, 0.9)
    neck = dice.between(0.25, 0.75) * radius
    neck_height, shoulder = dice.between(0.1, 0.4), dice.between(0.05, 0.3)
    power, depth = dice.pick(2, 2, 3, 5), dice.pick(1.0, dice.between(0.4, 0.9))
    waist = dice.pick(1.0, 1.0, dice.between(0.75, 0.95), dice.between(0.6, 1.1))
    body = [
        (0.9 * radius, 0),
        (radius, 0.06),
        (waist * radius, 0.55 * height),
        (radius if waist < 1 else waist * radius, height),
    ]
    top = body[-1][0]
    bend = dice.between(0.6, 1.8)
    for t in (0.25, 0.5, 0.75, 1.0):
        slope = (1 - t**bend) if bend > 1 else (1 - t) ** (1 / bend)
        body.append((neck + (top - neck) * slope, height + t * shoulder))
    made.add("body", turned(body, power, depth))
    start, end = height + 0.8 * shoulder, height + shoulder + neck_height
    tall = turned([(neck, start), (neck, end)], 2, max(depth, 0.8))
    _close_bottle(dice, made, tall, neck, neck_height, end)
    if dice.chance(0.45):
        heights = (dice.between(0.25, 0.5) * height, height + 0.3 * shoulder)
        ends = np.interp(heights, [y for _, y in body], [r for r, _ in body]) - 0.03
        handle = _handle(ends, heights, dice.between(0.15, 0.35), dice.between(0.03, 0.05), 2.5)
        made.add("handle", handle)
    return made


def _close_bottle(
    dice: Dice, made: Assembly, tall: Manifold, neck: float, neck_height: float, end: float
) -> None:
    if dice.chance(0.7):
        made.add("neck", tall)
        size = dice.between(1.15, 1.6) * neck
        low = end - dice.between(0.3, 0.6) * neck_height
        high = end + dice.between(0.02, 0.1)
        made.add("cap", turned([(size, low), (size * dice.between(0.8, 1), high)]))
        return
    lip = turned([(1.2 * neck, end - 0.06), (1.2 * neck, end)])
    bore = turned([(0.6 * neck, end - 0.6 * neck_height), (0.6 * neck, end + 0.1)])
    made.add("neck", tall + lip - bore)


def mug(dice: Dice) -> Assembly:
    """A hollow cup, from tea cup to tankard, with a handle to the right or left, or two."""
    made = Assembly(pose=(0, dice.pick(0, 180), 0))
    radius, height = dice.between(0.25, 0.55), dice.between(0.35, 1.3)
    wall, power = dice.between(0.04, 0.07), dice.pick(2, 2, 2, 5)
    foot, belly = dice.between(0.65, 1.1), dice.pick(1.0, dice.between(0.9, 1.2))
    heights = np.linspace(0, 1, 6)
    radii = radius * (foot + (1 - foot) * heights + (belly - 1) * np.sin(np.pi * heights))
    outer = turned(list(zip(radii, heights * height, strict=True)), power)
    hollow = np.interp(np.linspace(wall / height, 1, 6), heights, radii) - wall
    levels = np.append(np.linspace(wall, 1.0 * height, 6)[:-1], 1.1 * height)
    made.add("cup", outer - turned(list(zip(hollow, levels, strict=True)), power))
    thick = dice.between(0.035, 0.06)
    low, high = dice.between(0.15, 0.3) * height, dice.between(0.7, 0.88) * height
    reach = dice.between(0.12, 0.34)
    ends = [float(np.interp(y / height, heights, radii)) - 0.5 * wall for y in (low, high)]
    handle = _handle(ends, (low, high), reach, thick, dice.pick(2.0, 2.5, 4.0))
    made.add("handle", handle)
    if dice.chance(0.25):
        made.add("handle", handle.rotate((0, 180, 0)))
    return made


def _handle(
    ends: Sequence[float], heights: tuple[float, float], reach: float, thick: float, power: float
) -> Manifold:
    """A pipe from one point of the wall out by `reach` and back; larger powers bend squarer."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 13)
    out = np.abs(np.cos(angle)) ** (2 / power)
    rise = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** (2 / power)
    y = np.mean(heights) + rise * (heights[1] - heights[0]) / 2
    x = np.interp(y, heights, ends) + reach * out
    return tube(np.stack([x, y, np.zeros_like(x)], axis=1), thick)


def lamp(dice: Dice) -> Assembly:
    """A table, floor or desk lamp: base, pole straight or bent, shade drum, cone, globe or box."""
    made = Assembly()
    height, thick = dice.between(0.6, 1.5), dice.between(0.025, 0.045)
    foot = dice.between(0.16, 0.42)
    _lamp_base(dice, made, foot, height)
    if dice.chance(0.35):
        elbow = np.array([-dice.between(0.0, 0.3), dice.between(0.55, 0.95) * height, 0])
        tip = np.array([dice.between(0.25, 0.6), height, 0])
        made.add("pole", bar((0, 0.02, 0), elbow, thick), bar(elbow, tip, thick))
        made.add("pole", Manifold.sphere(1.5 * thick, 12).translate(elbow))
    else:
        tip = np.array([0, height, 0])
        made.add("pole", bar((0, 0.02, 0), tip, thick))
    shade = _shade(dice)
    tilt = dice.between(0, 35) if tip[0] else 0.0
    made.add("shade", shade.rotate((0, 0, tilt)).translate(tip))
    return made


def _lamp_base(dice: Dice, made: Assembly, foot: float, height: float) -> None:
    kind = dice.pick("disc", "disc", "vase", "tripod")
    if kind == "disc":
        thick = dice.between(0.04, 0.09)
        profile = [(foot, 0), (foot, thick), (0.3 * foot, 1.6 * thick)]
        made.add("base", turned(profile, dice.pick(2, 2, 8)))
    elif kind == "vase":
        y = np.linspace(0, 1, 9)
        swell = 0.45 + 0.55 * np.sin(np.pi * y ** dice.between(0.6, 1.4))
        tall = dice.between(0.35, 0.65) * height
        profile = list(zip(foot * swell, tall * y, strict=True))
        made.add("base", turned(profile, dice.pick(2, 2, 6)))
    else:
        knot = dice.between(0.15, 0.7) * height
        # The stem holds the legs where a bent pole leans away from them.
        stem = bar((0, 0.01, 0), (0, knot + 0.02, 0), 0.03)
        made.add("base", stem, *ring_legs(3, 0.01, knot, 0.035, 8, 1.1 * foot))


def _shade(dice: Dice) -> Manifold:
    """A shade that hangs from the origin, open below; or a globe around it."""
    radius, tall = dice.between(0.16, 0.45), dice.between(0.2, 0.5)
    kind = dice.pick("drum", "cone", "cone", "box", "globe")
    if kind == "globe":
        return Manifold.sphere(0.85 * radius, 20).scale((1, dice.between(0.7, 1.3), 1))
    upper = radius * {"drum": 1.0, "cone": dice.between(0.3, 0.7), "box": 0.85}[kind]
    power, wall = 8 if kind == "box" else 2, 0.045
    outer = turned([(radius, -tall), (upper, 0.04)], power)
    return outer - turned([(radius - wall, -tall - 1e-3), (upper - wall, -wall)], power)


def guitar(dice: Dice) -> Assembly:
    """A guitar on its end, strings to the front: acoustic or electric, leaning or on a stand."""
    on_stand = dice.chance(0.4)
    made = Assembly() if on_stand else Assembly(pose=_leaning(dice))
    length, width = dice.between(0.45, 0.75), dice.between(0.38, 0.85)
    electric = dice.chance(0.4)
    thick = dice.between(0.06, 0.1) if electric else dice.between(0.1, 0.35)
    body = prism(_bouts(dice, length, width, electric), thick, "z")
    if not electric:
        hole = dice.between(0.13, 0.2) * width
        z = thick / 2
        body -= bar(
            (0, 0.62 * length, z - 0.5 * thick), (0, 0.62 * length, z + 0.1), hole, sides=16
        )
    made.add("body", body)
    made.add("body", box((0, 0.22 * length, thick / 2), (0.4 * width, 0.04, 0.05)))
    neck, broad = dice.between(0.25, 0.65), dice.between(0.07, 0.11)
    start = 0.8 * length
    made.add(
        "neck",
        box(
            (0, (start + length + neck) / 2, thick / 2 - 0.01), (broad, length + neck - start, 0.06)
        ),
    )
    _guitar_head(dice, made, length + neck, broad, thick / 2 - 0.01)
    if on_stand:
        made.add("stand", *_guitar_stand(dice, length, width, thick))
    return made


def _leaning(dice: Dice) -> tuple[float, float, float]:
    return -dice.between(0, 25), 0, dice.between(-25, 25)


def _guitar_stand(dice: Dice, length: float, width: float, thick: float) -> list[Manifold]:
    """Two splayed feet in front and a prop behind, joined under the body."""
    low, rod = 0.1 * length, 0.03
    front, back = dice.between(0.05, 0.3), dice.between(0.15, 0.5)
    side = dice.between(0.3, 0.5) * width
    foot = bar((0.12 * width, low, -0.3 * thick), (side, -low, thick / 2 + front), rod, sides=8)
    prop = bar((0, 0.45 * length, -0.3 * thick), (0, -low, -thick / 2 - back), rod, sides=8)
    return [mirrored(foot, "x"), prop]


def _bouts(dice: Dice, length: float, width: float, electric: bool) -> np.ndarray:
    """The body's outline, bottom at y = 0: two bouts with a waist, electrics with two horns."""
    t = np.linspace(0, 1, 17)
    upper, waist = dice.between(0.65, 0.95), dice.between(0.5, 0.75)
    swell = np.interp(t, [0, 0.28, 0.6, 0.82, 1], [1, 1, waist, upper, upper])
    swell = np.convolve(np.pad(swell, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    half = width / 2 * swell * np.sqrt(1 - np.abs(2 * t - 1) ** 3.5 + 0.02)
    right = np.stack([half, length * t], axis=1)
    left = right[::-1] * (-1, 1)
    if not electric:
        return np.concatenate([right, left])
    horn = dice.between(0.05, 0.16)
    notch = np.array([[0.12 * width, 0.86 * length], [-0.12 * width, 0.86 * length]])
    right[-1] = (0.22 * width, length + horn)
    left[0] = (-0.22 * width, length + dice.between(0.3, 1.0) * horn)
    return np.concatenate([right, notch, left])


def _guitar_head(dice: Dice, made: Assembly, y: float, broad: float, z: float) -> None:
    tall, wide = dice.between(0.12, 0.22), dice.between(1.4, 2.0) * broad
    head = prism(oval(wide, tall, dice.between(3, 8)), 0.05, "z")
    tilt = dice.between(0, 15)
    made.add("head", head.rotate((-tilt, 0, 0)).translate((0, y + 0.4 * tall, z)))
    if dice.chance(0.6):
        for rise in (0.25, 0.5, 0.75):
            at = y + (rise - 0.1) * tall
            back = z - np.tan(np.radians(tilt)) * (rise - 0.5) * tall
            made.add("head", bar((-0.75 * wide, at, back), (0.75 * wide, at, back), 0.018, sides=8))
