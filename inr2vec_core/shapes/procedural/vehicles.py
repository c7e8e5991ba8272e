"""Cars and airplanes. Both are built pointing to +x and head right or left."""

import numpy as np
from manifold3d import Manifold

from inr2vec_core.shapes.procedural.assembly import Assembly, Dice
from inr2vec_core.shapes.procedural.solids import bar, box, loft, mirrored, oval, prism


def car(dice: Dice) -> Assembly:
    """A sedan, hatchback, van, pickup or roadster on four or six wheels."""
    made = Assembly(pose=(0, dice.pick(0, 180), 0))
    length, width = dice.between(0.9, 1.6), dice.between(0.45, 0.9)
    wheel, hull = dice.between(0.11, 0.19), dice.between(0.16, 0.3)
    clear = dice.between(0.5, 1.0) * wheel
    deck = clear + hull
    nose, stern = dice.between(0.6, 1.0), dice.between(0.7, 1.0)
    half = length / 2
    side = np.array(
        [
            (-half, clear),
            (half, clear),
            (half, clear + 0.8 * nose * hull),
            (0.9 * half, clear + nose * hull),
            (0.2 * half, deck),
            (-0.7 * half, deck),
            (-half, clear + stern * hull),
        ]
    )
    body = prism(side, width, "z")
    kind = dice.pick("sedan", "sedan", "hatchback", "van", "pickup")
    if kind == "pickup":
        tray = (0.42 * length, hull, 0.8 * width)
        body -= box((-0.25 * length, deck, 0), tray)
    made.add("body", body)
    made.add("cabin", _cabin(dice, kind, half, width, deck))
    made.add("wheel", *_wheels(dice, half, width, wheel))
    if kind == "sedan" and dice.chance(0.3):
        made.add("body", _spoiler(dice, half, width, clear + 0.8 * stern * hull))
    return made


def _cabin(dice: Dice, kind: str, half: float, width: float, deck: float) -> Manifold:
    """The glass house: its foot and roof as fractions of the half length, front first."""
    front, back, roof_front, roof_back = {
        "sedan": (0.35, -0.7, 0.0, -0.45),
        "hatchback": (0.35, -0.95, 0.05, -0.8),
        "van": (0.9, -0.98, 0.6, -0.95),
        "pickup": (0.45, -0.12, 0.25, -0.05),
    }[kind]
    rise = dice.between(0.3, 0.8) if kind == "van" else dice.between(0.16, 0.45)
    shift = dice.between(-0.1, 0.08)
    tuck = dice.between(0.72, 0.95)
    rings = []
    for ahead, behind, y, broad in (
        (front, back, deck - 0.06, 0.96),
        (roof_front, roof_back, deck + 0.9 * rise, tuck),
        (0.9 * roof_front, 0.9 * roof_back, deck + rise, 0.85 * tuck),
    ):
        low, high = half * (behind + shift), half * (ahead + shift)
        z = broad * width / 2
        rings.append([(low, y, -z), (high, y, -z), (high, y, z), (low, y, z)])
    return loft(np.array(rings))


def _wheels(dice: Dice, half: float, width: float, wheel: float) -> list[Manifold]:
    thick = dice.between(0.09, 0.15)
    reach = dice.between(0.55, 0.72) * half
    spots = [reach, -reach] if dice.chance(0.85) else [reach, -reach, -reach + 2.1 * wheel]
    z = width / 2 + 0.02
    return [
        mirrored(bar((x, wheel, z - thick), (x, wheel, z), wheel, sides=20), "z") for x in spots
    ]


def _spoiler(dice: Dice, half: float, width: float, y: float) -> Manifold:
    lift, x = dice.between(0.08, 0.16), -0.9 * half
    post = box((x, y + lift / 2, 0.3 * width), (0.06, lift + 0.1, 0.05))
    return mirrored(post, "z") + box((x, y + lift, 0), (0.14, 0.04, 0.95 * width))


def airplane(dice: Dice) -> Assembly:
    """An airliner, propeller plane, glider or delta jet, at times a biplane."""
    roll, climb = dice.between(-12, 12), dice.between(-15, 15)
    made = Assembly(pose=(roll, dice.pick(0, 180), climb))
    length, radius = dice.between(0.9, 1.5), dice.between(0.07, 0.18)
    made.add("fuselage", _fuselage(dice, length, radius))
    jet = dice.chance(0.25)
    span = dice.between(0.3, 0.45) if jet else dice.between(0.4, 0.95)
    root = dice.between(0.4, 0.6) * length if jet else dice.between(0.18, 0.32) * length
    tip = root * (dice.between(0.1, 0.3) if jet else dice.between(0.35, 0.9))
    sweep = root - tip if jet else dice.between(0.0, 0.35) * span
    thick, front = dice.between(0.035, 0.06), dice.between(0.05, 0.2) * length
    front += 0.15 * length if jet else 0.0
    height = dice.between(-0.7, 0.7) * radius
    rise = dice.between(-0.05, 0.12) * span
    wing = _fin(root, tip, span, sweep, rise, thick).translate((front, height, 0))
    made.add("wing", mirrored(wing, "z"))
    if not jet and dice.chance(0.15):
        made.add("wing", *_second_wing(dice, wing, span, front - root / 2, height, radius))
    _tail(dice, made, length, radius, jet)
    if dice.chance(0.4):
        made.add("gear", *_landing_gear(dice, length, radius))
    _engines(dice, made, (front - root / 2, height, rise), span, sweep, length, radius)
    return made


def _fuselage(dice: Dice, length: float, radius: float) -> Manifold:
    stations = np.array([-0.5, -0.3, -0.1, 0.25, 0.4, 0.47, 0.5])
    tail = dice.between(0.15, 0.5)
    sizes = np.array([tail, 0.5 + tail / 2, 1, 1, 0.8, 0.5, dice.between(0.1, 0.4)])
    lift = np.array([1 - tail, 0.5 - tail / 2, 0, 0, 0, -0.1, -0.15]) * 0.6
    section = oval(2, 2 * dice.between(0.9, 1.25), dice.pick(2, 2.5, 4), 16)
    rings = [
        np.stack(
            [
                np.full(16, x * length),
                radius * (size * section[:, 1] + up),
                radius * size * section[:, 0],
            ],
            axis=1,
        )
        for x, size, up in zip(stations, sizes, lift, strict=True)
    ]
    return loft(np.array(rings))


def _fin(root: float, tip: float, span: float, sweep: float, rise: float, thick: float) -> Manifold:
    """A tapered wing along +z with its leading edge at x = 0 at the root."""
    foil = np.array(
        [(0, 0), (-0.2, 0.5), (-0.6, 0.4), (-1, 0.05), (-1, -0.05), (-0.6, -0.4), (-0.2, -0.5)]
    )
    rings = []
    for chord, x, y, z, depth in ((root, 0, 0, 0, thick), (tip, -sweep, rise, span, 0.7 * thick)):
        rings.append(np.stack([x + chord * foil[:, 0], y + depth * foil[:, 1], np.full(7, z)], 1))
    return loft(np.array(rings))


def _second_wing(
    dice: Dice, wing: Manifold, span: float, x: float, y: float, radius: float
) -> list[Manifold]:
    gap = dice.between(1.8, 2.6) * radius
    strut = bar((x, y, 0.4 * span), (x, y + gap, 0.4 * span), 0.02, sides=8)
    post = bar((x, y, 0.02), (x, y + gap, 0.02), 0.025, sides=8)
    return [mirrored(wing.translate((0, gap, 0)) + strut + post, "z")]


def _tail(dice: Dice, made: Assembly, length: float, radius: float, jet: bool) -> None:
    tall, chord = dice.between(0.14, 0.42), dice.between(0.12, 0.2) * length
    base = np.array([-0.5 * length + 1.05 * chord, 0.3 * radius, 0])
    fin = _fin(chord, 0.6 * chord, tall, 0.6 * chord, 0, 0.045).rotate((-90, 0, 0))
    if jet and dice.chance(0.5):
        twin = fin.rotate((15, 0, 0)).translate(base + np.array([0, 0, 0.6 * radius]))
        made.add("tail", mirrored(twin, "z"))
        high = 0.0
    else:
        made.add("tail", fin.translate(base))
        high = dice.pick(0.0, 0.0, 0.95 * tall)
    span = dice.between(0.16, 0.32)
    flat = _fin(0.9 * chord, 0.5 * chord, span, 0.4 * chord, 0, 0.04)
    back = 0.55 * chord if high else 0.0
    made.add("tail", mirrored(flat.translate(base + np.array([-back, high, 0])), "z"))


def _engines(
    dice: Dice,
    made: Assembly,
    wing: tuple[float, float, float],
    span: float,
    sweep: float,
    length: float,
    radius: float,
) -> None:
    size = dice.between(0.4, 0.65) * radius
    kind = dice.pick("wing", "wing", "four", "tail", "nose", "none")
    if kind in ("wing", "four"):
        for part in (0.35,) if kind == "wing" else (0.3, 0.6):
            x, y = wing[0] - part * sweep + 1.5 * size, wing[1] + part * wing[2] - 0.6 * size
            made.add("engine", mirrored(_nacelle(x, y, part * span, size), "z"))
    elif kind == "tail":
        made.add(
            "engine", mirrored(_nacelle(-0.22 * length, 0.3 * radius, 1.1 * radius, size), "z")
        )
    elif kind == "nose":
        hub = bar((0.47 * length, -0.1 * radius, 0), (0.56 * length, -0.1 * radius, 0), 0.03, 0.02)
        blade = dice.between(1.4, 2.2) * radius
        for angle in np.arange(3) * 120 + 30:
            paddle = box((0.53 * length, blade / 2, 0), (0.025, blade, 0.05)).rotate((angle, 0, 0))
            made.add("engine", paddle.translate((0, -0.1 * radius, 0)))
        made.add("engine", hub)


def _landing_gear(dice: Dice, length: float, radius: float) -> list[Manifold]:
    """A wheel under the nose and one under either side, on struts out of the fuselage."""
    drop, wheel = radius + dice.between(0.06, 0.2), dice.between(0.04, 0.07)
    solids = []
    for x, z in ((0.32 * length, 0), (-0.08 * length, -0.8), (-0.08 * length, 0.8)):
        side = z * dice.between(1.0, 1.4) * radius
        solids.append(bar((x, 0, 0.3 * side), (x, -drop, side), 0.025, sides=8))
        solids.append(bar((x, -drop, side - 0.035), (x, -drop, side + 0.035), wheel, sides=14))
    return solids


def _nacelle(x: float, y: float, z: float, size: float) -> Manifold:
    front, back = (x + 1.8 * size, y, z), (x - 1.8 * size, y, z)
    intake = bar((x + 1.2 * size, y, z), (x + 1.9 * size, y, z), 0.7 * size)
    return bar(back, front, 0.75 * size, size, sides=14) - intake
