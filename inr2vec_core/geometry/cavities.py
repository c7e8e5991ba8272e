"""Which piece of a mesh each of its inward pieces lies in, as a cavity does."""

import numpy as np

from inr2vec_core.geometry.libigl import igl_arrays, igl_module
from inr2vec_core.geometry.mesh_topology import Pieces
from inr2vec_core.geometry.raw import Mesh

# Products of faces and probes from which a search tree of the faces pays.
MANY = 1 << 19
# A median just above a half. Where half of the probes lie inside, libigl's rounding, which differs
# from call to call, would decide otherwise.
HALF = 0.5 + 1e-9
# Winding numbers by the tree differ from exact ones by far less.
TREE_ERROR = 0.2
ASIDE = 1e-6 * np.array([0.27, 0.53, 0.8])  # of a piece's extent, in line with no axis


def owners_of_cavities(mesh: Mesh, pieces: Pieces, volume: np.ndarray) -> np.ndarray:
    """The smallest piece with a volume that each inward piece lies in.

    A piece lies in another whose box holds its own and which winds around it, as seen from some
    of its faces: the median of the winding numbers there is above a half.

    Args:
        mesh: the mesh.
        pieces: its pieces.
        volume: (number,), of each piece; 0 where it has none, below 0 where it faces inward.

    Returns:
        (number,), the piece that each lies in; itself where it faces outward or lies in none.
    """
    owner = np.arange(pieces.number)
    inward = np.flatnonzero(volume < 0)
    inward = inward[np.argsort(pieces.low[inward, 0])]
    outward = np.flatnonzero(volume > 0)
    low, high = pieces.low[inward], pieces.high[inward]
    free = np.ones(len(inward), bool)
    # From the smallest piece to the largest, so that the first that holds a cavity is its owner.
    for piece in outward[np.argsort(volume[outward], kind="stable")]:
        start = np.searchsorted(low[:, 0], pieces.low[piece, 0])
        end = np.searchsorted(low[:, 0], pieces.high[piece, 0], side="right")
        near = start + np.flatnonzero(free[start:end])
        held = (low[near] >= pieces.low[piece]) & (high[near] <= pieces.high[piece])
        near = near[held.all(axis=1)]
        if len(near):
            inside = near[_winds_around(mesh, pieces, piece, inward[near])]
            owner[inward[inside]] = piece
            free[inside] = False
    return owner


def _winds_around(mesh: Mesh, pieces: Pieces, piece: int, others: np.ndarray) -> np.ndarray:
    """Which of the other pieces lie in a piece: (len(others),) bool."""
    faces = mesh.faces[pieces.faces(piece)]
    probes = [_probes(mesh, pieces.faces(other)) for other in others]
    # The piece's own corners: libigl copies all vertices that it is given.
    solid = igl_arrays(mesh.vertices[faces].reshape(-1, 3), np.arange(faces.size).reshape(-1, 3))
    if len(faces) * sum(map(len, probes)) < MANY:
        return _medians(igl_module().winding_number(*solid, np.concatenate(probes)), probes) > HALF
    tree = igl_module().FastWindingNumberBVH()
    tree.init(*solid)
    # On both sides of each probe: one on the surface itself is rounded to either.
    step = ASIDE * np.ptp(solid[0], axis=0).max()
    points = np.concatenate(probes)
    one, other = tree.winding_number(points - step), tree.winding_number(points + step)
    median = _medians(one, probes)
    on_surface = _medians(np.abs(one - other) > TREE_ERROR, probes, np.max)
    unsure = (np.abs(median - 0.5) < TREE_ERROR) | on_surface
    if unsure.any():
        probes = [probes[i] for i in np.flatnonzero(unsure)]
        exact = igl_module().winding_number(*solid, np.concatenate(probes))
        median[unsure] = _medians(exact, probes)
    return median > HALF


def _probes(mesh: Mesh, rows: np.ndarray) -> np.ndarray:
    """The centers of five to nine of a piece's faces, or of all where there are fewer."""
    return mesh.vertices[mesh.faces[rows[:: max(1, len(rows) // 5)]]].mean(axis=1)


def _medians(values: np.ndarray, probes: list[np.ndarray], median=np.median) -> np.ndarray:
    """The median size of the values of each piece's probes."""
    ends = np.cumsum([len(points) for points in probes])[:-1]
    return np.array([median(part) for part in np.split(np.abs(values), ends)])
