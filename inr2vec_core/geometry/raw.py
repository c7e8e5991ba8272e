"""Geometry as it was read from a file, in the file's own unit."""

from dataclasses import dataclass

import numpy as np

from inr2vec_core.errors import BadShape


@dataclass(frozen=True)
class Cloud:
    """Points, (P, 3) float64, in the file's unit, perhaps with the part that each belongs to.

    `parts` (P,) int64 indices into `part_names`, or None.
    """

    points: np.ndarray
    parts: np.ndarray | None = None
    part_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mesh:
    """Triangles in the file's unit, perhaps with the part that each belongs to.

    `vertices` (V, 3) float64, `faces` (F, 3) int64, `face_parts` (F,) int64 indices into
    `part_names`, or None.
    """

    vertices: np.ndarray
    faces: np.ndarray
    face_parts: np.ndarray | None = None
    part_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """A cloud and the shape that it is of, which gives it a frame.

    `whole` is the complete shape that `cloud` is a part of, or the mesh that it was drawn on.
    """

    cloud: Cloud
    whole: Cloud | Mesh


def check_finite(points: np.ndarray) -> None:
    """Checks (P, 3) coordinates.

    Raises:
        BadShape: some points have NaN or infinite coordinates; the message counts them.
    """
    bad = int((~np.isfinite(points)).any(axis=1).sum())
    if bad:
        raise BadShape(f"{bad} of {len(points)} points have NaN or infinite coordinates")


@dataclass(frozen=True)
class Grid:
    """Voxels, (A, B, C) of bool, integers or floats; the axes are x, y, z."""

    values: np.ndarray
