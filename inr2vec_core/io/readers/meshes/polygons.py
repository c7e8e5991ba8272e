"""Polygons cut into triangles that cover each polygon once.

A fan from the first corner covers a convex polygon. Over a notch of a concave one it would make
surface that is not there, twice, and the mesh would still look closed.
"""

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.io.readers.meshes.triangles import check_corners

_ROUNDING = 1e-6  # share of a polygon's area that rounded coordinates may fold over
_CROSSED = 1e-3  # share of the whole surface that may lie in polygons that cross themselves
_MOST_CORNERS = 20_000  # of a concave polygon; the time to cut it grows with the square
_FLAT = 1e-3  # distance from a plane, as a share of a polygon's size


def triangulate(vertices: np.ndarray, corners: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Cut polygons into triangles.

    Triangles stay as they are and convex polygons become fans. Others are cut by ears, projected
    along their area vector, which also works for polygons that are not flat. The triangles of a
    polygon are checked against its area vector (Newell's): projected on it, none may turn over.

    Args:
        vertices: (V, 3) float64.
        corners: (C,) int64, the vertices of the first polygon, of the second, and so on.
        sizes: (P,) int64, the number of corners of each polygon. Those with fewer than three,
            which some programs write for points and edges, have no area and are dropped.

    Returns:
        (F, 3) int64: the triangles of the file, then those of its polygons by number of corners.

    Raises:
        BadShape: a corner names no vertex, or flat polygons cross themselves, so that they bound
            no surface, or a concave polygon has more than 20,000 corners.
    """
    check_corners(corners, len(vertices))
    if (sizes == 3).all():
        return corners.reshape(-1, 3)
    starts = np.cumsum(sizes) - sizes
    faces, total, crossed = [], 0.0, {}
    for size in np.unique(sizes[sizes >= 3]).tolist():
        numbers = np.flatnonzero(sizes == size)
        polygons = corners[starts[numbers][:, None] + np.arange(size)]
        if size == 3:
            faces.append(polygons)
            total += _area(vertices[polygons])
            continue
        cut, overlaps, area = _cut(vertices[polygons], size)
        triangles = polygons[np.arange(len(cut))[:, None, None], cut]
        # The first halves of all quads, then the second ones: the order in which trimesh cuts them.
        faces.append((triangles.swapaxes(0, 1) if size == 4 else triangles).reshape(-1, 3))
        total += area
        crossed |= {numbers[i] + 1: overlaps[i] for i in np.flatnonzero(overlaps)}
    if sum(crossed.values()) > _CROSSED * total:
        raise BadShape(
            f"{len(crossed)} of {len(sizes)} polygons cross themselves, the worst is polygon "
            f"{max(crossed, key=crossed.get)}: cut them into triangles in the program that made it"
        )
    return np.concatenate(faces) if faces else np.zeros((0, 3), np.int64)


def _cut(points: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Cut polygons of one size.

    Args:
        points: (P, size, 3) float64.
        size: the number of corners.

    Returns:
        (P, size - 2, 3) corners of triangles; (P,) area that lies twice under flat polygons that
        cross themselves, 0 for others; the area of all triangles.
    """
    with np.errstate(invalid="ignore", over="ignore"):  # coordinates are checked later
        later = np.arange(1, size - 1)
        fan = np.stack([np.zeros_like(later), later, later + 1], axis=1)
        if size == 4:
            fan[1] = [2, 3, 0]
        vectors = _area_vectors(points, fan)
        normals, area = _normals(vectors), np.linalg.norm(vectors, axis=2).sum(axis=1)
        folded = _folded(vectors, normals)
        cut = np.tile(fan, (len(points), 1, 1))
        wrong = np.flatnonzero(folded > _ROUNDING * area)
        if len(wrong):
            others = _other_cuts(points[wrong], normals[wrong], size)
            refolded = _folded(_area_vectors(points[wrong], others), normals[wrong])
            better = refolded < folded[wrong]
            cut[wrong[better]], folded[wrong[better]] = others[better], refolded[better]
        flat = _flatness(points, normals) < _FLAT
        return cut, np.where(flat & (folded > _ROUNDING * area), folded, 0), float(area.sum())


def _other_cuts(points: np.ndarray, normals: np.ndarray, size: int) -> np.ndarray:
    """(P, size - 2, 3) corners of triangles other than a fan's, by ears, seen along the normals."""
    if size == 4:  # there is one other diagonal
        return np.tile([[1, 2, 3], [3, 0, 1]], (len(points), 1, 1))
    if size > _MOST_CORNERS:
        raise BadShape(
            f"a concave polygon has {size} corners, more than {_MOST_CORNERS}: cut it into "
            "triangles in the program that made it"
        )
    import manifold3d

    across = np.cross(normals, np.eye(3)[np.abs(normals).argmin(axis=1)])
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    axes = np.stack([across, np.cross(normals, across)], axis=2)
    plane = (points - points[:, :1]) @ axes
    ears = [np.asarray(manifold3d.triangulate([polygon])) for polygon in plane]
    return np.array(ears, np.int64).reshape(len(points), size - 2, 3)


def _area_vectors(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(P, T, 3) area vectors of triangles.

    Args:
        points: (P, size, 3) corners of polygons.
        triangles: (P, T, 3) the corners of their triangles, or (T, 3) for all alike.
    """
    chosen = points[np.arange(len(points))[:, None, None], triangles]
    a, b, c = (chosen[:, :, i] for i in range(3))
    return np.cross(b - a, c - a) / 2


def _area(triangles: np.ndarray) -> float:
    """The area of triangles (T, 3, 3)."""
    with np.errstate(invalid="ignore", over="ignore"):
        vectors = _area_vectors(triangles, np.arange(3)[None])
        return float(np.linalg.norm(vectors, axis=2).sum())


def _normals(vectors: np.ndarray) -> np.ndarray:
    """(P, 3) unit normals of polygons, from the area vectors of their triangles (P, T, 3).

    The sum is Newell's area vector. Where it vanishes beside its parts, as for a figure of eight,
    the largest part is taken.
    """
    sums = vectors.sum(axis=1)
    lengths = np.linalg.norm(vectors, axis=2)
    largest = vectors[np.arange(len(vectors)), lengths.argmax(axis=1)]
    vanishes = np.linalg.norm(sums, axis=1) < 1e-9 * lengths.sum(axis=1)
    normals = np.where(vanishes[:, None], largest, sums)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.where(lengths > 0, normals / np.where(lengths > 0, lengths, 1), [0, 0, 1])


def _folded(vectors: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """(P,) area of the triangles that turn over, seen along the normals."""
    return -np.minimum((vectors * normals[:, None]).sum(axis=2), 0).sum(axis=1)


def _flatness(points: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """(P,) distance of the corners from a plane, as a share of the distance from their center."""
    offsets = points - points.mean(axis=1, keepdims=True)
    heights = np.abs((offsets * normals[:, None]).sum(axis=2)).max(axis=1)
    return heights / np.maximum(np.linalg.norm(offsets, axis=2).max(axis=1), 1e-300)
