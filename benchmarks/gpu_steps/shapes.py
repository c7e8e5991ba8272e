"""Clouds of simple solids, made with NumPy alone, and their queries."""

import numpy as np

from inr2vec_core.geometry.frames import normalize
from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.modalities import modality

CLASSES = ("ball", "box", "cylinder", "torus")


def simple_cloud(kind: str, points: int, rng: np.random.Generator) -> np.ndarray:
    """A cloud on the surface of a solid, of random proportions and place.

    Args:
        kind: one of `CLASSES`.
        points: of the cloud.
        rng: of the proportions and the points.

    Returns:
        (points, 3) float32, not normalized.
    """
    angle = rng.uniform(0, 2 * np.pi, points)
    circle = np.stack([np.cos(angle), np.sin(angle), np.zeros(points)], 1)
    height = rng.uniform(-1, 1, points)
    if kind == "ball":
        cloud = rng.standard_normal((points, 3))
        cloud /= np.linalg.norm(cloud, axis=1, keepdims=True)
    elif kind == "box":
        cloud = rng.uniform(-1, 1, (points, 3))
        face = rng.integers(3, size=points)
        cloud[np.arange(points), face] = np.sign(cloud[np.arange(points), face])
    elif kind == "cylinder":
        cloud = 0.6 * circle + height[:, None] * [0, 0, 1]
    else:
        tube = np.pi * height[:, None]
        cloud = circle * (1 + 0.3 * np.cos(tube)) + 0.3 * np.sin(tube) * [0, 0, 1]
    return (cloud * rng.uniform(0.7, 1.3, 3) * 40 + rng.normal(0, 10, 3)).astype(np.float32)


def stored_queries(n: int, per_shape: int) -> np.ndarray:
    """Queries of n shapes, of which at most 16 differ.

    Args:
        n: shapes.
        per_shape: queries of each.

    Returns:
        (n, per_shape, 4) int16, as the library stores them.
    """
    made = [
        modality("udf").sample_queries(
            CloudShape(normalize(simple_cloud(kind, 1024, rng))), per_shape, mix, rng
        )
        for mix, rng in [(QuerySampling(), np.random.default_rng(0))]
        for kind in (CLASSES * 4)[: min(n, 16)]
    ]
    return np.stack(made)[np.arange(n) % len(made)]
