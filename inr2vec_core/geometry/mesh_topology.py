"""How a mesh hangs together: its edges, and the pieces that the edges join."""

from typing import NamedTuple

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Mesh


def to_unit(vertices: np.ndarray) -> np.ndarray:
    """Vertices moved to a mean of 0 and scaled so that their longest side is 1.

    Args:
        vertices: (V, 3).

    Raises:
        BadShape: they all coincide, or are too large.
    """
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    with np.errstate(over="ignore"):
        scale = (high - low).max()
    if scale == 0:
        raise BadShape("its vertices all coincide: its faces have no area")
    if not scale < np.inf:
        raise BadShape(f"coordinates of {np.abs(vertices).max():.3g} cannot be scaled: change unit")
    unit = (vertices - low) / scale
    return unit - unit.mean(axis=0)


def area_vectors(corners: np.ndarray) -> np.ndarray:
    """Twice the area of each face, along its normal.

    Args:
        corners: (F, 3, 3), corner by corner.

    Returns:
        (F, 3).
    """
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


class Edges(NamedTuple):
    """The edges of a mesh.

    Attributes:
        number: how many there are.
        odd: how many have an odd number of faces, as at the rim of a hole.
        pairs: (n, 2), the two faces of each edge that joins just two.
        agree: (n,) bool, whether the two run along the edge in opposite directions, as neighbors
            turned the same way do.
    """

    number: int
    odd: int
    pairs: np.ndarray
    agree: np.ndarray

    @property
    def unpaired(self) -> int:
        """How many edges do not join just two faces."""
        return self.number - len(self.pairs)

    @property
    def closed(self) -> bool:
        """Whether every edge joins two faces that are turned the same way."""
        return self.unpaired == 0 and bool(self.agree.all())


def edges_of(faces: np.ndarray) -> Edges:
    """The edges of faces (F, 3)."""
    faces = faces.astype(np.int64, copy=False)  # the codes below overflow int32
    start, end = faces.reshape(-1), faces[:, [1, 2, 0]].reshape(-1)
    code = np.minimum(start, end) * (faces.max(initial=0) + 1) + np.maximum(start, end)
    order = np.argsort(code)
    code = code[order]
    first = np.flatnonzero(np.diff(code, prepend=-1))
    faces_each = np.diff(first, append=len(code))
    double = first[faces_each == 2]
    one, other = order[double], order[double + 1]
    agree = (start[one] < end[one]) != (start[other] < end[other])
    pairs = np.stack([one // 3, other // 3], axis=1)
    return Edges(len(first), int((faces_each % 2).sum()), pairs, agree)


class Pieces:
    """The pieces of a mesh that hang together by edges, measured after `to_unit`.

    Attributes:
        number: how many there are.
        label: (F,), the piece of each face.
        volume: (number,), of an open piece the volume over its center.
        area: (number,).
        low: (number, 3), the lowest corner of each bounding box.
        high: (number, 3), the highest corner.
        owner: (number,), of a cavity the piece that it lies in, else the piece itself.
    """

    def __init__(self, mesh: Mesh, edges: Edges):
        n = len(mesh.faces)
        self.number, self.label = connected(n, edges.pairs)
        unit = to_unit(mesh.vertices)
        corners = unit[mesh.faces]
        vectors = area_vectors(corners)
        self.area = self._sums(np.linalg.norm(vectors, axis=1)) / 2
        center = np.stack([self._sums(x) for x in corners.mean(axis=1).T], axis=1)
        center /= np.bincount(self.label)[:, None]
        offsets = corners[:, 0] - center[self.label]
        self.volume = self._sums(np.einsum("ij,ij->i", offsets, vectors)) / 6
        self._order = np.argsort(self.label, kind="stable")
        self._start = np.cumsum([0, *np.bincount(self.label)])
        starts = self._start[:-1]
        self.low = np.minimum.reduceat(corners.min(axis=1)[self._order], starts)
        self.high = np.maximum.reduceat(corners.max(axis=1)[self._order], starts)
        self.owner = np.arange(self.number)

    def faces(self, piece: int) -> np.ndarray:
        """The rows of a piece's faces."""
        return self._order[self._start[piece] : self._start[piece + 1]]

    def _sums(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.label, values, self.number)


def connected(n: int, pairs: np.ndarray) -> tuple[int, np.ndarray]:
    """Components of a graph.

    Args:
        n: nodes.
        pairs: (m, 2), the nodes that each link joins.

    Returns:
        How many components there are, and the component of each node, (n,).
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = (np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1]))
    return connected_components(coo_array(links, shape=(n, n)), directed=False)
