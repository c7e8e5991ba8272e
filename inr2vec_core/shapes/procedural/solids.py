"""Building blocks: small closed solids in a frame where x is width, y is up and z is the front.

Every function returns a `manifold3d.Manifold`, so solids combine with `+`, `-` and `^`.
Lengths are in the shape's own units; a data set normalises its shapes later.
"""

from collections.abc import Sequence

import manifold3d
import numpy as np
from manifold3d import Manifold

Point = Sequence[float]
Profile = Sequence[tuple[float, float]]

_EXTRUDE_TO = {"x": (0, 90, 0), "y": (-90, 0, 0), "z": (0, 0, 0)}


def box(center: Point, size: Point, soft: float = 0.0) -> Manifold:
    """A box with edges along the axes; `soft` is the radius its edges are rounded with."""
    size = np.asarray(size, dtype=float)
    radius = min(soft, 0.49 * size.min())
    if radius < 1e-3:
        return Manifold.cube(size, center=True).translate(center)
    ball = Manifold.sphere(radius, 12)
    corners = np.array(np.meshgrid(*[(-1, 1)] * 3)).reshape(3, 8).T * (size / 2 - radius)
    return Manifold.batch_hull([ball.translate(corner) for corner in corners]).translate(center)


def oval(width: float, height: float, power: float = 2.0, sides: int = 24) -> np.ndarray:
    """A superellipse (sides, 2) around the origin: 2 is an ellipse, 8 nearly a rectangle."""
    angle = (np.arange(sides) + 0.5) * 2 * np.pi / sides
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    unit = np.sign(circle) * np.abs(circle) ** (2 / power)
    return unit / np.abs(unit).max(axis=0) * (width / 2, height / 2)


def prism(outline: np.ndarray, thickness: float, axis: str, center: Point = (0, 0, 0)) -> Manifold:
    """A simple polygon (N, 2) extruded along `axis` by `thickness`, half to either side.

    The outline's two coordinates are (x, y) for axis z, (x, -z) for y and (-z, y) for x.
    """
    polygon = manifold3d.CrossSection([outline], manifold3d.FillRule.NonZero)
    solid = Manifold.extrude(polygon, thickness).translate((0, 0, -thickness / 2))
    return solid.rotate(_EXTRUDE_TO[axis]).translate(center)


def loft(rings: np.ndarray) -> Manifold:
    """The solid through rings (R, N, 3) of convex outlines, closed by flat caps at both ends."""
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
    """A vessel-like solid about the y axis through a profile of (radius, y), bottom to top.

    `power` is the section's superellipse (2 round, 8 square), `depth` its z over x ratio.
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
    """A straight rod between two points; with four `sides` the radii are half widths."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    end_radius = radius if end_radius is None else end_radius
    across, up = _frame(end - start)
    grow = np.sqrt(2) if sides == 4 else 1.0
    angle = (np.arange(sides) + 0.5) * 2 * np.pi / sides
    circle = np.outer(np.cos(angle), across) + np.outer(np.sin(angle), up)
    return loft(np.array([start + radius * grow * circle, end + end_radius * grow * circle]))


def tube(path: np.ndarray, radius: float, sides: int = 10) -> Manifold:
    """A round pipe along a path (N, 3) that lies in one plane and bends softly."""
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
    """The solid and its mirror image across the plane through the origin normal to `axis`."""
    normal = [float(axis == name) for name in "xyz"]
    return solid + solid.mirror(normal)
