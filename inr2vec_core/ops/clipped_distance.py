"""Distances to the nearest point where only near ones matter: a grid of cells, compiled.

Why this search exists beside others: fields are clipped at a short distance, so a query has to
search the 27 cells around it and no others. With a grid that is built in one pass this is faster
than `scipy`'s k-d tree.
"""

import numpy as np
from numba import njit

from inr2vec_core.ops.numba_jit import compiled

MAX_CELLS = 64  # along an axis


@njit(inline="always")
def _gap(step, inside):
    """Distance, in cells, of a query at `inside` (0 to 1) of its cell to the cell `step` away."""
    return 1 - inside if step > 0 else inside if step < 0 else 0.0


@compiled
def _search(points, queries, limit):
    n_points = len(points)
    low, cells = np.empty(3), np.empty(3, np.int64)
    size = limit
    for a in range(3):
        # A wide cloud gets larger cells, never smaller ones than the distance that counts.
        size = max(size, (points[:, a].max() - points[:, a].min() + 2 * limit) / (MAX_CELLS - 1))
    for a in range(3):
        low[a] = points[:, a].min() - limit
        cells[a] = int((points[:, a].max() + limit - low[a]) / size) + 1
    nx, ny, nz = cells

    # Points sorted by cell (a counting sort), so that cells along z lie one after another.
    of_point = np.empty(n_points, np.int64)
    first = np.zeros(nx * ny * nz + 1, np.int64)
    for i in range(n_points):
        x = int((points[i, 0] - low[0]) / size)
        y = int((points[i, 1] - low[1]) / size)
        z = int((points[i, 2] - low[2]) / size)
        of_point[i] = (x * ny + y) * nz + z
        first[of_point[i] + 1] += 1
    first = np.cumsum(first)
    place, ordered = first.copy(), np.empty((n_points, 3))
    for i in range(n_points):
        to = place[of_point[i]]
        place[of_point[i]] += 1
        for a in range(3):
            ordered[to, a] = points[i, a]

    # The query's own column of cells first: its distances rule most of the other eight out.
    columns = np.array(
        [[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1], [-1, -1], [-1, 1], [1, -1], [1, 1]]
    )
    out = np.empty(len(queries))
    for i in range(len(queries)):
        px, py, pz = np.float64(queries[i, 0]), np.float64(queries[i, 1]), np.float64(queries[i, 2])
        best = limit * limit
        fx, fy, fz = (px - low[0]) / size, (py - low[1]) / size, (pz - low[2]) / size
        # Beyond the grid, which reaches `limit` around the cloud, nothing is near; nor is a NaN.
        if fx >= 0 and fy >= 0 and fz >= 0 and fx < nx and fy < ny and fz < nz:
            cx, cy, cz = int(fx), int(fy), int(fz)
            z0, z1 = max(cz - 1, 0), min(cz + 1, nz - 1)
            for column in columns:
                x, y = cx + column[0], cy + column[1]
                gap_x = _gap(column[0], fx - cx) * size
                gap_y = _gap(column[1], fy - cy) * size
                if x < 0 or y < 0 or x >= nx or y >= ny or gap_x**2 + gap_y**2 >= best:
                    continue
                row = (x * ny + y) * nz
                for k in range(first[row + z0], first[row + z1 + 1]):
                    dx, dy, dz = ordered[k, 0] - px, ordered[k, 1] - py, ordered[k, 2] - pz
                    best = min(best, dx * dx + dy * dy + dz * dz)
        out[i] = np.sqrt(best)
    return out


def clipped_distances(points: np.ndarray, queries: np.ndarray, limit: float) -> np.ndarray:
    """Distance from each query to the nearest point, or `limit` where none is nearer.

    Args:
        points: (p, 3) finite coordinates of any floating type.
        queries: (q, 3) coordinates of any floating type.
        limit: the largest distance that matters, in the points' unit.

    Returns:
        (q,) float64, computed in float64.
    """
    return _search(np.ascontiguousarray(points), np.ascontiguousarray(queries), float(limit))
