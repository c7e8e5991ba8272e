"""Building blocks: small closed solids in a frame where x is width, y is up and z is the front.

Every function returns a `manifold3d.Manifold`, so solids combine with `+`, `-` and `^`.
Lengths are in the shape's own units; a data set normalizes its shapes later.
"""

from collections.abc import Sequence

import manifold3d
import numpy as np
from manifold3d import Manifold

Point = Sequence[float]
Profile = Sequence[tuple[float, float]]

_EXTRUDE_TO = {"x": (0, 90, 0), "y": (-90, 0, 0), "z": (0, 0, 0)}


def box(center: Point, size: Point, soft: float = 0.0) -> Manifold:
    """Make a box with edges along the axes.

    Args:
        center: its center.
        size: its edges along x, y and z.
        soft: the radius that its edges are rounded with.
    """
    size = np.asarray(size, dtype=float)
    radius = min(soft, 0.49 * size.min())
    if radius < 1e-3:
        return Manifold.cube(size, center=True).translate(center)
    ball = Manifold.sphere(radius, 12)
    corners = np.array(np.meshgrid(*[(-1, 1)] * 3)).reshape(3, 8).T * (size / 2 - radius)
    return Manifold.batch_hull([ball.translate(corner) for corner in corners]).translate(center)


def oval(width: float, height: float, power: float = 2.0, sides: int = 24) -> np.ndarray:
    """The outline of a superellipse around the origin.

    Args:
        width: its extent along the first axis.
        height: its extent along the second axis.
        power: the exponent: 2 is an ellipse, 8 nearly a rectangle.
        sides: the number of corners.

    Returns:
        (sides, 2), counter-clockwise.
    """
    angle = (np.arange(sides) + 0.5) * 2 * np.pi / sides
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    unit = np.sign(circle) * np.abs(circle) ** (2 / power)
    return unit / np.abs(unit).max(axis=0) * (width / 2, height / 2)


def prism(outline: np.ndarray, thickness: float, axis: str, center: Point = (0, 0, 0)) -> Manifold:
    """Extrude a simple polygon, half to either side.

    Args:
        outline: (N, 2), in the coordinates (x, y) for axis z, (x, -z) for y and (-z, y) for x.
        thickness: the extent along the axis.
        axis: "x", "y" or "z".
        center: where the origin of the outline is moved to.
    """
    polygon = manifold3d.CrossSection([outline], manifold3d.FillRule.NonZero)
    solid = Manifold.extrude(polygon, thickness).translate((0, 0, -thickness / 2))
    return solid.rotate(_EXTRUDE_TO[axis]).translate(center)


def loft(rings: np.ndarray) -> Manifold:
    """Make the solid through rings of convex outlines, closed by flat caps at both ends.

    Args:
        rings: (R, N, 3), the corners of each ring.
    """
    rings = np.asarray(rings, dtype=float)
    count, sides = rings.shape[:2]
    here = np.arange(sides)
    after = (here + 1) % sides
    bands = []
    for start in np.arange(count - 1) * sides:
        low, low_next = start + here, start + after
        bands += [np.stack([low, low_next, low_next + sides], 1)]
        bands += [np.stack([low, low_next + sides, low + sides], 1)]
    fan = np.stack([np.zeros(sides - 2, int), here[1:-1], here[2:]], 1)
    faces = np.concatenate([*bands, fan[:, ::-1], fan + (count - 1) * sides])
    if _signed_volume(rings.reshape(-1, 3), faces) < 0:
        faces = faces[:, ::-1]
    mesh = manifold3d.Mesh64(
        np.ascontiguousarray(rings.reshape(-1, 3)), np.ascontiguousarray(faces, dtype=np.uint64)
    )
    return Manifold(mesh)


def _signed_volume(vertices: np.ndarray, faces: np.ndarray) -> float:
    a, b, c = vertices[faces.T]
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def turned(
    profile: Profile,
    power: float = 2.0,
    depth: float = 1.0,
    sides: int = 24,
    center: Point = (0, 0, 0),
) -> Manifold:
    """Make a vessel-like solid about the y axis.

    Args:
        profile: pairs of radius and y, from bottom to top.
        power: the exponent of the section, a superellipse: 2 is round, 8 nearly square.
        depth: the ratio of the section's extents along z and x.
        sides: the number of the section's corners.
        center: where the origin is moved to.
    """
    section = oval(2, 2 * depth, power, sides)
    rings = [
        np.stack([section[:, 0] * radius, np.full(sides, y), section[:, 1] * radius], 1)
        for radius, y in profile
    ]
    return loft(np.array(rings)).translate(center)


def bar(
    start: Point, end: Point, radius: float, end_radius: float | None = None, sides: int = 12
) -> Manifold:
    """Make a straight rod between two points.

    Args:
        start: the center of one end.
        end: the center of the other end.
        radius: the radius; of a rod with four sides half its width.
        end_radius: the radius at the other end; None for the same.
        sides: the number of sides.
    """
    start, end = np.asarray(start, float), np.asarray(end, float)
    end_radius = radius if end_radius is None else end_radius
    across, up = _frame(end - start)
    grow = np.sqrt(2) if sides == 4 else 1.0
    angle = (np.arange(sides) + 0.5) * 2 * np.pi / sides
    circle = np.outer(np.cos(angle), across) + np.outer(np.sin(angle), up)
    return loft(np.array([start + radius * grow * circle, end + end_radius * grow * circle]))


def tube(path: np.ndarray, radius: float, sides: int = 10) -> Manifold:
    """Make a round pipe.

    Args:
        path: (N, 3), points of its middle, which lie in one plane and bend softly.
        radius: its radius.
        sides: the number of sides.
    """
    path = np.asarray(path, float)
    tangents = np.gradient(path, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    normal = _plane_normal(path)
    angle = (np.arange(sides) + 0.5) * 2 * np.pi / sides
    rings = [
        point + radius * (np.outer(np.cos(angle), normal) + np.outer(np.sin(angle), side))
        for point, side in zip(path, np.cross(tangents, normal), strict=True)
    ]
    return loft(np.array(rings))


def _plane_normal(path: np.ndarray) -> np.ndarray:
    return np.linalg.svd(path - path.mean(axis=0))[2][2]


def _frame(direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    along = direction / np.linalg.norm(direction)
    aside = np.array([0.0, 0.0, 1.0]) if abs(along[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    across = np.cross(aside, along)
    across /= np.linalg.norm(across)
    return across, np.cross(along, across)


def mirrored(solid: Manifold, axis: str) -> Manifold:
    """Unite a solid with its mirror image.

    Args:
        solid: the solid.
        axis: "x", "y" or "z", the normal of the mirror, which goes through the origin.
    """
    normal = [float(axis == name) for name in "xyz"]
    return solid + solid.mirror(normal)
