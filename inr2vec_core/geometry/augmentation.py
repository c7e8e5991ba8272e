"""Stretched and jittered copies of shapes (paper, Section 4 and Appendix G).

The numbers that the paper leaves out are those of the authors' released code.
"""

import numpy as np

from inr2vec_core.geometry.frames import normalize


def distort(
    points: np.ndarray,
    rng: np.random.Generator,
    scale_range: tuple[float, float] = (2 / 3, 3 / 2),
    jitter: float = 0.01,
    clip: float = 0.05,
) -> np.ndarray:
    """Points stretched along each axis and jittered.

    Args:
        points: (n, 3), unit sphere.
        rng: the random stream.
        scale_range: each axis is multiplied by a factor drawn uniformly from here.
        jitter: standard deviation of the noise added to each coordinate; 0 for the vertices of
            meshes, which are only stretched.
        clip: the noise's largest absolute value.

    Returns:
        (n, 3), no longer in the unit sphere.
    """
    stretched = points * rng.uniform(*scale_range, size=3)
    return stretched + np.clip(rng.normal(0, jitter, size=points.shape), -clip, clip)


def augment(points: np.ndarray, rng: np.random.Generator, jitter: float = 0.01) -> np.ndarray:
    """A new shape from a normalized one: distorted, and normalized again.

    Args:
        points: (n, 3), unit sphere.
        rng: the random stream.
        jitter: as for `distort`.

    Returns:
        (n, 3) float32, unit sphere.

    Raises:
        BadShape: as `normalize`.
    """
    return normalize(distort(points, rng, jitter=jitter))
