"""How near reconstructed shapes are to their originals."""

from collections.abc import Callable

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.ops.chamfer import Comparison, compare

FAILED = 100.0  # Chamfer distance that a shape without a surface counts as, while validating
RECONSTRUCTION_METRICS = ("found", "chamfer", "f_score", "stray", "watertight")


def distance_between(
    original: Shape,
    reconstructed: Shape,
    n_points: int,
    rng: np.random.Generator,
    threshold: float = 0.01,
) -> Comparison:
    """Chamfer distance, F-score and stray points of two shapes' `evaluation_points`.

    Args:
        original: the one shape.
        reconstructed: the other, whose points may be stray.
        n_points: points drawn on each mesh.
        rng: the random stream of those points.
        threshold: the distance below which a point counts as found, for the F-score.
    """
    found = reconstructed.evaluation_points(n_points, rng)
    return compare(found, original.evaluation_points(n_points, rng), threshold)


def distance_or_failed(
    original: Shape, make: Callable[[], Shape], n_points: int, rng: np.random.Generator
) -> float:
    """Chamfer distance of a shape that may have no surface; then `FAILED`.

    Args:
        original: what it is compared with.
        make: makes the shape, or raises `BadShape`.
        n_points: as for `distance_between`.
        rng: as for `distance_between`.
    """
    try:
        return distance_between(original, make(), n_points, rng).chamfer
    except BadShape:
        return FAILED


def reconstruction_metrics(
    original: Shape, reconstructed: Shape | None, n_points: int, rng: np.random.Generator
) -> dict[str, bool | float]:
    """What a table says of one reconstructed shape, or of none.

    Args:
        original: what it is compared with.
        reconstructed: the shape, or None where no surface was found.
        n_points: as for `distance_between`.
        rng: as for `distance_between`.

    Returns:
        `found`; `f_score`, which is 0 where there is no shape; else `chamfer` and `stray` too, and
        for a mesh whether it is `watertight`.
    """
    if reconstructed is None:
        return {"found": False, "f_score": 0.0}
    distances = distance_between(original, reconstructed, n_points, rng)
    return {"found": True} | distances._asdict() | reconstructed.quality()
