"""Distances between clouds, from nearest neighbours that one of several libraries finds.

`BACKENDS` holds what this installation has, all with one signature and the same results:
`scipy`'s k-d tree, every pair in plain `torch`, and `pytorch3d` where it is installed; the last two
run on a GPU where there is one.
"""

from collections.abc import Callable

import numpy as np
import torch
from scipy.spatial import cKDTree

try:
    from pytorch3d.ops import knn_points
except ImportError:
    knn_points = None

PAIRS = 1 << 24  # distances in memory at once, where all of them are computed


def chamfer_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Chamfer distance (Fan et al. 2017): mean squared nearest distance, summed both ways.

    Args: a (n, 3), b (m, 3), in the same units; the result is in their square.

    >>> chamfer_distance(np.zeros((1, 3)), np.array([[3.0, 4.0, 0.0]]))
    50.0
    """
    return compare(a, b)[0]


def f_score(a: np.ndarray, b: np.ndarray, threshold: float = 0.01) -> float:
    """F-score (Tatarchenko et al. 2019), between 0 and 1 = within the threshold everywhere.

    The harmonic mean of precision, the share of a within the threshold of b, and recall, the share
    of b within the threshold of a; 0 where both are 0.

    Args:
        a, b: rebuilt cloud (n, 3) and original (m, 3), in the same units.
        threshold: in their units; the paper's 0.01 is one of the unit sphere that shapes fill.

    >>> f_score(np.zeros((1, 3)), np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]]))
    0.5
    """
    return compare(a, b, threshold)[1]


def compare(a: np.ndarray, b: np.ndarray, threshold: float = 0.01) -> tuple[float, float]:
    """`chamfer_distance` and `f_score` from one search of neighbours.

    Raises:
        ValueError: a cloud is empty.
    """
    to_b, to_a = nearest_distances(a, b)
    chamfer = float(np.mean(to_b**2) + np.mean(to_a**2))
    precision, recall = (float(np.mean(d <= threshold)) for d in (to_b, to_a))
    either = precision + recall
    return chamfer, 2 * precision * recall / either if either else 0.0


def nearest_distances(
    a: np.ndarray, b: np.ndarray, backend: str | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """From each point of a to the nearest of b, and back: (n, 3), (m, 3) -> (n,), (m,) float64.

    Args:
        backend: a name in `BACKENDS`; `default_backend` where None.

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
    parts = a.split(max(1, PAIRS // len(b)))
    return torch.cat([torch.cdist(p, b, compute_mode=exact).amin(1) for p in parts]).cpu().numpy()


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
