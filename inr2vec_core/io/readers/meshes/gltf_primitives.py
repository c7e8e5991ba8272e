"""The triangles of one primitive of a glTF mesh."""

from dataclasses import dataclass

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.io.readers.meshes.gltf_accessors import Accessors
from inr2vec_core.io.readers.meshes.triangles import check_corners, strip_triangles

_TRIANGLES, _STRIP, _FAN = 4, 5, 6


@dataclass(frozen=True)
class Bones:
    """Which joints of a skin hold each vertex.

    Attributes:
        joints: (V, K) int64.
        weights: (V, K) float64 that sum to 1.
    """

    joints: np.ndarray
    weights: np.ndarray


def primitive_triangles(
    primitive: dict, accessors: Accessors, morph_weights: list[float]
) -> tuple[np.ndarray, np.ndarray, Bones | None] | None:
    """The triangles of a primitive, in the frame of its mesh.

    Args:
        primitive: its JSON.
        accessors: the file's arrays.
        morph_weights: how much of each morph target to add.

    Returns:
        (V, 3) float64 positions, (F, 3) int64 corners and what a skin needs, if the file has it;
        None for points and lines.

    Raises:
        BadShape: the data are only within an extension that is not read, an index names no
            vertex, indices do not make whole triangles, or a vertex has joints without weight.
    """
    mode = primitive.get("mode", _TRIANGLES)
    if mode < _TRIANGLES:
        return None
    attributes = primitive["attributes"]
    if "POSITION" not in attributes:
        raise BadShape("a primitive has no positions")
    needed = [attributes["POSITION"], *([primitive["indices"]] if "indices" in primitive else [])]
    if not all(accessors.has_data(number) for number in needed):
        names = ", ".join(primitive.get("extensions", {})) or "none that is named"
        raise BadShape(f"keeps triangles in a glTF extension that is not read: {names}")
    points = accessors.floats(attributes["POSITION"])
    for weight, target in zip(morph_weights, primitive.get("targets", []), strict=False):
        if weight and "POSITION" in target:
            points = points + weight * accessors.floats(target["POSITION"])
    if "indices" in primitive:
        corners = accessors.integers(primitive["indices"])[:, 0]
    else:
        corners = np.arange(len(points))
    check_corners(corners, len(points))
    return points, _triangles(corners, mode), _bones(attributes, accessors)


def _triangles(corners: np.ndarray, mode: int) -> np.ndarray:
    """(F, 3) vertices of the triangles that a list of vertices makes in a mode."""
    if mode == _TRIANGLES:
        if len(corners) % 3:
            raise BadShape(f"{len(corners)} corners do not make whole triangles")
        return corners.reshape(-1, 3)
    if mode == _STRIP:
        return strip_triangles(corners)
    if mode != _FAN:
        raise BadShape(f"a primitive has mode {mode}, which glTF does not have")
    first = np.full(max(len(corners) - 2, 0), corners[0] if len(corners) else 0)
    return np.stack([first, corners[1:-1], corners[2:]], axis=1)


def _bones(attributes: dict, accessors: Accessors) -> Bones | None:
    joints, weights, i = [], [], 0
    while {f"JOINTS_{i}", f"WEIGHTS_{i}"} <= set(attributes):
        joints.append(accessors.integers(attributes[f"JOINTS_{i}"]))
        weights.append(accessors.floats(attributes[f"WEIGHTS_{i}"]))
        i += 1
    if not joints:
        return None
    weights = np.concatenate(weights, axis=1)
    sums = weights.sum(axis=1, keepdims=True)
    if not (sums > 0).all():
        raise BadShape("a vertex of a skin is held by no joint")
    return Bones(np.concatenate(joints, axis=1), weights / sums)
