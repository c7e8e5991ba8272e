"""Chamfer distance, F-score and stray points of two clouds, from exact nearest distances.

`BACKENDS` holds what this installation has, all with one signature and the same results:
`scipy`'s k-d tree, all pairs in plain `torch`, and `pytorch3d` where it is installed. The last two
run on a GPU where there is one.

Why this Chamfer distance exists beside others: it is the metric, exact in float64, of two clouds
that meet once. `chamfer_blocks` compares each cloud with hundreds of others, in float32, and
`baselines.autoencoder.chamfer_loss` has a gradient. Code that needs the index of a nearest point
asks scipy's `cKDTree` itself.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from scipy.spatial import cKDTree

try:
    from pytorch3d.ops import knn_points
except ImportError:
    knn_points = None

PAIRS = 1 << 24  # distances in memory at once, where all of them are computed
STRAY = 0.1  # a point farther than this from the original is a stray one; for the unit sphere


class Comparison(NamedTuple):
    """How near a reconstructed cloud is to the original.

    Attributes:
        chamfer: `chamfer_distance`.
        f_score: `f_score`.
        stray: the share of reconstructed points farther than `STRAY` from the original, in [0, 1].
    """

    chamfer: float
    f_score: float
    stray: float


def chamfer_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Chamfer distance (Fan et al. 2017): mean squared nearest distance, summed both ways.

    Args:
        a: (n, 3) points.
        b: (m, 3) points, in the same unit.

    Returns:
        The distance, in the unit's square.

    Raises:
        ValueError: a cloud is empty.

    >>> chamfer_distance(np.zeros((1, 3)), np.array([[3.0, 4.0, 0.0]]))
    50.0
    """
    return compare(a, b).chamfer


def f_score(a: np.ndarray, b: np.ndarray, threshold: float = 0.01) -> float:
    """F-score (Tatarchenko et al. 2019), between 0 and 1 = within the threshold everywhere.

    The harmonic mean of precision, the share of a within the threshold of b, and recall, the share
    of b within the threshold of a; 0 where both are 0.

    Args:
        a: (n, 3) reconstructed cloud.
        b: (m, 3) original cloud, in the same unit.
        threshold: in that unit; the paper's 0.01 is for shapes in the unit sphere.

    Returns:
        The F-score.

    Raises:
        ValueError: a cloud is empty.

    >>> f_score(np.zeros((1, 3)), np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]]))
    0.5
    """
    return compare(a, b, threshold).f_score


def compare(a: np.ndarray, b: np.ndarray, threshold: float = 0.01) -> Comparison:
    """`chamfer_distance`, `f_score` and the share of stray points from one search.

    Args:
        a: (n, 3) reconstructed cloud.
        b: (m, 3) original cloud, in the same unit.
        threshold: of the F-score, in that unit.

    Raises:
        ValueError: a cloud is empty.
    """
    to_b, to_a = nearest_distances(a, b)
    chamfer = float(np.mean(to_b**2) + np.mean(to_a**2))
    precision, recall = (float(np.mean(d <= threshold)) for d in (to_b, to_a))
    either = precision + recall
    score = 2 * precision * recall / either if either else 0.0
    return Comparison(chamfer, score, float(np.mean(to_b > STRAY)))


def nearest_distances(
    a: np.ndarray, b: np.ndarray, backend: str | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Distances from each point of a to the nearest point of b, and back.

    Args:
        a: (n, 3) points.
        b: (m, 3) points, in the same unit.
        backend: a name in `BACKENDS`; `default_backend` where None.

    Returns:
        (n,) and (m,) float64, in the points' unit.

    Raises:
        ValueError: a cloud is empty.
    """
    if not len(a) or not len(b):
        raise ValueError(f"an empty cloud has no nearest point: {len(a)} and {len(b)} points")
    nearest = BACKENDS[backend or default_backend()]
    return nearest(a, b), nearest(b, a)


def default_backend() -> str:
    """pytorch3d, or else plain torch, where there is a GPU; scipy where there is none."""
    if not torch.cuda.is_available():
        return "scipy"
    return "pytorch3d" if "pytorch3d" in BACKENDS else "torch"


def _by_scipy(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return cKDTree(b).query(a)[0]


def _by_torch(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = (_on_device(cloud, torch.float64) for cloud in (a, b))
    # Through a matrix product, small distances would be differences of large numbers.
    exact = "donot_use_mm_for_euclid_dist"
    chunks = a.split(max(1, PAIRS // len(b)))
    return torch.cat([torch.cdist(c, b, compute_mode=exact).amin(1) for c in chunks]).cpu().numpy()


def _by_pytorch3d(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = (_on_device(cloud, torch.float32)[None] for cloud in (a, b))
    return knn_points(a, b, K=1).dists[0, :, 0].double().sqrt().cpu().numpy()


def _on_device(cloud: np.ndarray, dtype: torch.dtype) -> torch.Tensor:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.from_numpy(np.ascontiguousarray(cloud)).to(device, dtype)


Nearest = Callable[[np.ndarray, np.ndarray], np.ndarray]

BACKENDS: dict[str, Nearest] = {"scipy": _by_scipy, "torch": _by_torch}
if knn_points is not None:
    BACKENDS["pytorch3d"] = _by_pytorch3d
