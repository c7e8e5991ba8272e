"""Shapes of no class: random solids put together, for models that shall read shapes of any kind.

LRM-Zero (Xie et al. 2024) is trained on random primitives alone and reconstructs real objects.
"""

from itertools import pairwise

import numpy as np
from manifold3d import Manifold

from inr2vec_core.shapes.procedural.assembly import Assembly, Dice
from inr2vec_core.shapes.procedural.solids import bar, box, mirrored, oval, prism, tube, turned

_UPRIGHT, _ON_ITS_SIDE, _ANYHOW = "upright", "on its side", "anyhow"


def composite(dice: Dice) -> Assembly:
    """A pile of blocks, a jointed figure, a vessel, a plate with a stand, or two of these."""
    made = Assembly(_pose(dice))
    kinds = dice.pick([_blocks], [_blocks], [_figure], [_figure], [_vessel], [_plate],
                      [_figure, _blocks], [_vessel, _figure], [_plate, _blocks])  # fmt: skip
    for kind in kinds:
        made.add("solid", *kind(dice))
    return made


def _pose(dice: Dice) -> tuple[float, float, float]:
    how = dice.pick(_UPRIGHT, _UPRIGHT, _ON_ITS_SIDE, _ANYHOW)
    if how == _ANYHOW:
        return (dice.between(0, 360), dice.between(-90, 90), dice.between(0, 360))
    quarter = 90 * dice.pick(0, 1, 2, 3)
    return (0, quarter, 0) if how == _UPRIGHT else (dice.pick(90, -90), 0, quarter)


def _blocks(dice: Dice) -> list[Manifold]:
    """Blocks, each with its center on the one before; half of the piles are symmetric."""
    symmetric, solids = dice.chance(0.5), []
    center, size = np.zeros(3), np.array([dice.between(0.3, 1.2) for _ in range(3)])
    for _ in range(dice.pick(1, 2, 3, 3, 4, 5, 6, 8)):
        block = _block(dice, center, size)
        solids.append(mirrored(block, "x") if symmetric and center[0] else block)
        side = dice.pick(0, 1, 2)
        center = center + _along(side, dice.pick(-0.5, 0.5) * size[side])
        size = np.clip(size * [dice.between(0.4, 1.3) for _ in range(3)], 0.08, 1.5)
    return solids


def _block(dice: Dice, center: np.ndarray, size: np.ndarray) -> Manifold:
    width, height, depth = size
    kind = dice.pick("box", "box", "ball", "rod", "cone", "frame")
    if kind == "box":
        return box(center, size, dice.pick(0.0, 0.0, dice.between(0.02, 0.2)))
    if kind == "ball":
        ball = Manifold.sphere(0.5, 24).scale(tuple(size))
        return ball.translate(tuple(center))
    if kind == "frame":
        hole = np.array([0.7, 0.7, 1.1])[list(dice.pick((0, 1, 2), (2, 0, 1), (1, 2, 0)))]
        return box(center, size) - box(center, size * hole)
    tip = dice.between(0.05, 0.7) if kind == "cone" else 1.0
    profile = [(width / 2, -height / 2), (tip * width / 2, height / 2)]
    return turned(profile, dice.pick(2, 2, 4), depth / width, center=tuple(center))


def _figure(dice: Dice) -> list[Manifold]:
    """A trunk with limbs in pairs, as of animals, insects, hands and people, or a bare tripod."""
    solids, thick = [], dice.between(0.04, 0.22)
    trunk = _walk(dice, np.zeros(3), dice.pick([0, 1, 0], [0, 0, 1]), dice.pick(1, 2, 3), 0.45)
    solids += _limb(trunk, np.array([dice.between(0.8, 2.0) * thick for _ in trunk]))
    if dice.chance(0.6):
        head = trunk[-1] + [0, dice.between(0, 0.15), dice.between(0, 0.15)]
        solids.append(_block(dice, head, np.full(3, dice.between(2, 4) * thick)))
    for _ in range(dice.pick(1, 2, 2, 3, 4)):
        start = trunk[dice.pick(*range(len(trunk)))]
        heading = [dice.between(0.1, 1), dice.between(-1, 0.6), dice.between(-0.7, 0.7)]
        limb = _walk(dice, start, heading, dice.pick(1, 2, 2, 3), dice.between(0.2, 0.5))
        radii = np.linspace(
            thick * dice.between(0.4, 0.9), thick * dice.between(0.15, 0.6), len(limb)
        )
        solids += [mirrored(piece, "x") for piece in _limb(limb, radii)]
    return solids


def _walk(dice: Dice, start: np.ndarray, heading, steps: int, length: float) -> np.ndarray:
    """Joints (steps + 1, 3) of a limb that bends a little at each."""
    joints, heading = [np.asarray(start, float)], np.asarray(heading, float)
    for _ in range(steps):
        heading = heading / np.linalg.norm(heading)
        joints.append(joints[-1] + length * dice.between(0.6, 1.4) * heading)
        heading = heading + [0.5 * dice.between(-1, 1) for _ in range(3)]
    return np.array(joints)


def _limb(joints: np.ndarray, radii: np.ndarray) -> list[Manifold]:
    """Rounded cones from joint to joint."""
    balls = [
        Manifold.sphere(float(radius), 12).translate(tuple(joint))
        for joint, radius in zip(joints, radii, strict=True)
    ]
    return [Manifold.batch_hull(list(pair)) for pair in pairwise(balls)]


def _vessel(dice: Dice) -> list[Manifold]:
    """A turned body, at times hollow, with a grip or a rim."""
    height, count = dice.between(0.4, 1.6), dice.pick(3, 4, 6)
    radii = np.array([dice.between(0.1, 0.5) for _ in range(count)])
    at, levels = np.linspace(0, 1, 9), np.linspace(0, 1, count)
    outer = np.interp(at, levels, radii)
    power, depth = dice.pick(2, 2, 2, 5), dice.pick(1.0, 1.0, dice.between(0.4, 1))
    body = turned(list(zip(outer, at * height, strict=True)), power, depth)
    if dice.chance(0.5):
        wall = dice.between(0.03, 0.07)
        inner = [(max(r - wall, 0.02), y * height + wall) for r, y in zip(outer, at, strict=True)]
        body = body - turned(inner, power, depth)
    solids = [body]
    if dice.chance(0.4):
        angle = np.linspace(0, np.pi, 9)
        reach = dice.between(0.15, 0.4)
        grip = np.stack([radii.min() * 0.9 + reach * np.sin(angle),
                         height * (0.5 - 0.3 * np.cos(angle)), np.zeros(9)], 1)  # fmt: skip
        solids.append(tube(grip, dice.between(0.03, 0.06)))
    return solids


def _plate(dice: Dice) -> list[Manifold]:
    """A flat piece of a wavy or straight outline, at times with a hole, a rod or a foot."""
    waves, sides = dice.pick(2, 3, 4, 5, 6), 48
    outline = oval(dice.between(0.5, 1.6), dice.between(0.5, 1.6), dice.pick(2, 2, 8), sides)
    angle = np.arange(sides) * 2 * np.pi / sides
    outline = (
        outline * (1 + dice.pick(0, 0, dice.between(0.1, 0.4)) * np.cos(waves * angle))[:, None]
    )
    axis, thick = dice.pick("x", "y", "z"), dice.between(0.05, 0.25)
    plate = prism(outline, thick, axis)
    if dice.chance(0.3):
        plate = plate - prism(0.5 * outline, 2 * thick, axis)
        return [plate]
    solids = [plate]
    if dice.chance(0.6):
        way = _along("xyz".index(axis), dice.between(0.3, 1.2) * dice.pick(-1, 1))
        solids.append(bar(np.zeros(3), way, dice.between(0.04, 0.15)))
        if dice.chance(0.5):
            size = np.full(3, dice.between(0.3, 0.8))
            size["xyz".index(axis)] = dice.between(0.06, 0.3)
            solids.append(_block(dice, way, size))
    return solids


def _along(side: int, length: float) -> np.ndarray:
    step = np.zeros(3)
    step[side] = length
    return step
