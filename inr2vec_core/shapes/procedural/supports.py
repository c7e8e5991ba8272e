"""What furniture stands on: legs, pedestals, stars, trestles, sleds. The floor is y = 0.

All reach up to y = `height`; `thick` is about the radius of a leg or column, `sides` the number of
its sides, and `width` and `depth` are the sizes of the board that is carried, along x and z.
"""

import numpy as np
from manifold3d import Manifold

from inr2vec_core.shapes.procedural.assembly import Dice
from inr2vec_core.shapes.procedural.solids import bar, box, turned

_CORNERS = ((-1, -1), (-1, 1), (1, -1), (1, 1))


def corner_legs(
    width: float, depth: float, height: float, thick: float, sides: int, splay: float = 0.0
) -> list[Manifold]:
    """Four legs under the corners of a board.

    Args:
        width: of the board.
        depth: of the board.
        height: of the legs.
        thick: the radius of a leg at its top.
        sides: the number of a leg's sides.
        splay: how far the feet are moved outwards, along x and z.
    """
    inset = 1.3 * thick
    legs = []
    for x, z in _CORNERS:
        top = np.array([x * (width / 2 - inset), height, z * (depth / 2 - inset)])
        foot = top * (1, 0, 1) + splay * np.array([x, 0, z])
        legs.append(bar(foot, top, 0.8 * thick, thick, sides))
    return legs


def ring_legs(
    count: int, radius: float, height: float, thick: float, sides: int, splay: float = 0.0
) -> list[Manifold]:
    """Legs on a circle, the first to the front.

    Args:
        count: the number of legs.
        radius: of the circle.
        height: of the legs.
        thick: the radius of a leg at its top.
        sides: the number of a leg's sides.
        splay: how far the feet are moved outwards.
    """
    legs = []
    for angle in 2 * np.pi * np.arange(count) / count:
        out = np.array([np.sin(angle), 0, np.cos(angle)])
        top = out * radius + (0, height, 0)
        legs.append(bar(out * (radius + splay), top, 0.8 * thick, thick, sides))
    return legs


def pedestal(height: float, thick: float, foot: float, power: float = 2.0) -> list[Manifold]:
    """One column on a broad foot.

    Args:
        height: of the column.
        thick: the radius of the column.
        foot: the radius of the foot.
        power: the exponent of the section, a superellipse: 2 is round, 8 nearly square.
    """
    rise = min(0.2 * height, 1.2 * thick)
    profile = [(foot, 0), (foot, 0.4 * rise), (thick, 1.6 * rise), (thick, height)]
    return [turned(profile, power)]


def star(count: int, height: float, reach: float, thick: float) -> list[Manifold]:
    """A column on arms with a castor under the end of each, as office chairs have.

    Args:
        count: the number of arms.
        height: of the column.
        reach: the length of an arm.
        thick: the radius of an arm at the column.
    """
    lift = 1.6 * thick
    solids = [bar((0, lift, 0), (0, height, 0), 1.1 * thick)]
    for angle in 2 * np.pi * np.arange(count) / count:
        tip = reach * np.array([np.sin(angle), 0, np.cos(angle)])
        solids.append(bar((0, 1.6 * lift, 0), tip + np.array([0, lift, 0]), thick, 0.8 * thick, 8))
        solids.append(bar(tip, tip + np.array([0, 1.2 * lift, 0]), 0.9 * thick, sides=8))
    return solids


def trestle(width: float, depth: float, height: float, thick: float) -> list[Manifold]:
    """A slab under either end of a board.

    Args:
        width: of the board.
        depth: of the board.
        height: of the slabs.
        thick: half the thickness of a slab.
    """
    size = (2 * thick, height, 0.9 * depth)
    return [box((side * (width / 2 - 1.5 * thick), height / 2, 0), size) for side in (-1, 1)]


def sled(width: float, depth: float, height: float, thick: float, sides: int) -> list[Manifold]:
    """Corner legs joined by a runner along the floor on either side.

    Args:
        width: of the board.
        depth: of the board.
        height: of the legs.
        thick: the radius of a leg at its top.
        sides: the number of a leg's sides.
    """
    x, z = width / 2 - 1.3 * thick, depth / 2 - 1.3 * thick
    runners = [
        bar((side * x, thick, -z - thick), (side * x, thick, z + thick), 0.97 * thick, sides=sides)
        for side in (-1, 1)
    ]
    return corner_legs(width, depth, height, thick, sides) + runners


def draw_supports(
    dice: Dice,
    style: str,
    width: float,
    depth: float,
    height: float,
    thick: float,
    flare: float = 0.2,
) -> list[Manifold]:
    """Draw supports of a named style for a board.

    Args:
        dice: the random choices.
        style: "corners", "ring", "pedestal", "star", "trestle" or "sled".
        width: of the board.
        depth: of the board.
        height: of the supports.
        thick: the radius of a leg.
        flare: how far legs may move their feet outwards, as a share of the shorter side.
    """
    sides = dice.pick(4, 10)
    near = min(width, depth)
    if style == "corners":
        splay = dice.pick(0.0, 0.0, dice.between(0.0, flare) * min(height, near))
        return corner_legs(width, depth, height, thick, sides, splay)
    if style == "ring":
        splay = dice.between(0.0, flare) * near
        return ring_legs(dice.pick(3, 5), 0.3 * near, height, thick, sides, splay)
    if style == "pedestal":
        foot = dice.between(0.25, 0.45) * near
        return pedestal(height, 1.3 * thick, max(foot, 2 * thick), dice.pick(2, 8))
    if style == "star":
        return star(dice.pick(4, 5), height, dice.between(0.4, 0.55) * near, thick)
    if style == "trestle":
        return trestle(width, depth, height, thick)
    return sled(width, depth, height, thick, sides)
