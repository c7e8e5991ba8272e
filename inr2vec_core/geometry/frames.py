"""The sphere that a shape is placed in.

A cloud in its own frame has its mean at the origin and its farthest point at distance 1.
"""

from typing import NamedTuple

import numpy as np

from inr2vec_core.errors import BadShape


def check_finite(points: np.ndarray) -> None:
    """Check coordinates.

    Args:
        points: (P, 3).

    Raises:
        BadShape: some points have NaN or infinite coordinates; the message counts them.
    """
    bad = int((~np.isfinite(points)).any(axis=1).sum())
    if bad:
        raise BadShape(f"{bad} of {len(points)} points have NaN or infinite coordinates")


class Frame(NamedTuple):
    """The sphere that a shape is placed in.

    Shapes of one frame can be compared with one another. A shape in another's frame may lie off
    the center of the unit sphere.

    Attributes:
        center: (3,) float64, in the file's unit.
        scale: the radius, in the file's unit.
    """

    center: np.ndarray
    scale: float

    @classmethod
    def of(cls, points: np.ndarray) -> "Frame":
        """The frame whose center is the points' mean and whose radius reaches the farthest.

        Args:
            points: (P, 3), in any unit; meshes pass their vertices.

        Raises:
            BadShape: coordinates are not finite, or all points coincide.
        """
        check_finite(points)
        points = np.asarray(points, np.float64)  # float32 would lose digits at coordinates of 1e5
        if len(points) == 0 or np.all(points == points[0]):
            raise BadShape(f"its {len(points)} points all coincide: the shape has no extent")
        with np.errstate(over="ignore", invalid="ignore"):
            center = points.mean(axis=0)
            scale = float(np.linalg.norm(points - center, axis=1).max())
        if not 0 < scale < np.inf:
            raise BadShape(
                f"coordinates of {np.abs(points).max():.3g} cannot be scaled: change unit"
            )
        return cls(center, scale)

    def place(self, points: np.ndarray) -> np.ndarray:
        """Points in units of the sphere.

        Args:
            points: (P, 3), in the file's unit.

        Returns:
            (P, 3) float32.
        """
        return ((np.asarray(points, np.float64) - self.center) / self.scale).astype(np.float32)


def normalize(points: np.ndarray) -> np.ndarray:
    """Points placed in their own frame.

    Args:
        points: (P, 3), in any unit.

    Returns:
        (P, 3) float32, unit sphere.

    Raises:
        BadShape: as `Frame.of`.
    """
    return Frame.of(points).place(points)
