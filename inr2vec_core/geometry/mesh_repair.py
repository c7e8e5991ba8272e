"""Repair of meshes into closed, outward-oriented solids.

The paper fits signed distances to watertight meshes alone (Section 4). Meshes from elsewhere are
often nearly watertight, so `close_mesh` repairs what it can without moving the surface. For meshes
that stay open, `signed_distance` finds the inside by winding numbers.
"""

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.cavities import owners_of_cavities
from inr2vec_core.geometry.frames import check_finite
from inr2vec_core.geometry.mesh_topology import (
    Edges,
    Pieces,
    area_vectors,
    connected,
    edges_of,
    to_unit,
)
from inr2vec_core.geometry.raw import Mesh

OPEN_MESHES = ("winding", "repair", "reject")

# Below these a mesh that is scaled to an extent of 1 has no extent, area or volume.
FLAT = 1e-6
TINY_AREA = 1e-12
TINY_VOLUME = 1e-9

SAME = 1e-9  # relative difference of two areas or volumes that counts as rounding

# Volume / area^1.5 (1/6^1.5 = 0.07 for a cube) from which an open piece shows which way it faces.
HOLLOW = 1e-3


def is_watertight(vertices: np.ndarray, faces: np.ndarray) -> bool:
    """Whether every edge joins just two faces, turned the same way, and there is an inside.

    Args:
        vertices: (V, 3).
        faces: (F, 3).
    """
    if len(faces) == 0 or not edges_of(faces).closed:
        return False
    corners = to_unit(np.asarray(vertices, np.float64))[faces]
    return bool(np.einsum("ij,ij->", corners[:, 0], area_vectors(corners)) > 6 * TINY_VOLUME)


def close_mesh(mesh: Mesh, open_meshes: str = "winding") -> tuple[Mesh, str]:
    """Repair a mesh for a signed distance field without moving its surface.

    Equal vertices are merged, faces without three corners and repeated faces dropped, faces
    turned to agree with their neighbors and outward, and pieces that overlap united (manifold3d).
    A piece turned inward inside another is a cavity and stays. Vertices without a face are
    dropped always.

    Args:
        mesh: the mesh, in any unit.
        open_meshes: how meshes that are not watertight are handled. "winding" takes them all;
            "repair" sets aside those that stay open after the repair; "reject" sets all aside.

    Returns:
        The mesh, faces counter-clockwise seen from outside, `face_parts` of the faces kept or
        None where pieces were united; and its repair status. "watertight": it needed no repair;
        every edge joined two faces, it faced outward and its pieces did not overlap. "repaired":
        the repair made it so. "winding": it is still open, and winding numbers decide what is
        inside.

    Raises:
        BadShape: the mesh has NaN or infinite vertices, no area, no inside, or `open_meshes` sets
            it aside.
        ValueError: `open_meshes` is none of these.
    """
    if open_meshes not in OPEN_MESHES:
        raise ValueError(f"open_meshes is {open_meshes!r}: use {', '.join(OPEN_MESHES)}")
    check_finite(mesh.vertices)
    mesh = _without_loose_vertices(mesh)
    _check_extent(mesh)
    as_read = edges = edges_of(mesh.faces)
    repair_status = "watertight"
    if not edges.closed:
        (mesh, edges), repair_status = _cleaned(mesh), "repaired"
    mesh, pieces, turned = _turned_outward(mesh, edges)
    solid = _solid(mesh, pieces) if edges.closed else _untangled(mesh, edges)
    if solid is None:
        solid, repair_status = mesh, "winding"
    elif turned or solid is not mesh:
        repair_status = "repaired"
    _check_wanted(repair_status, open_meshes, as_read)
    return solid, repair_status


def _check_wanted(repair_status: str, open_meshes: str, edges: Edges) -> None:
    if edges.unpaired:
        reason = f"{edges.unpaired} of its {edges.number} edges do not join two faces"
    else:
        reason = "some faces are turned inward or some pieces overlap"
    if open_meshes == "reject" and repair_status != "watertight":
        raise BadShape(f"not watertight: {reason}; set open_meshes to repair or winding")
    if open_meshes == "repair" and repair_status == "winding":
        raise BadShape(f"stays open after repair: {reason}; set open_meshes to winding")


def _check_extent(mesh: Mesh) -> None:
    if len(mesh.faces) == 0:
        raise BadShape("has no faces: save it as a cloud, or supply its surface")
    unit = to_unit(mesh.vertices)
    if np.linalg.norm(area_vectors(unit[mesh.faces]), axis=1).sum() <= TINY_AREA:
        raise BadShape(f"its {len(mesh.faces)} faces have no area")
    normal = np.linalg.eigh(unit.T @ unit)[1][:, 0]
    if np.ptp(unit @ normal) <= FLAT:
        raise BadShape("flat: a surface without an inside; use field udf")


# ---------------------------------------------------------------------------- repair


def _without_loose_vertices(mesh: Mesh) -> Mesh:
    used = np.zeros(len(mesh.vertices), bool)
    used[mesh.faces] = True
    if used.all():
        return mesh
    return Mesh(mesh.vertices[used], (np.cumsum(used) - 1)[mesh.faces], mesh.face_parts)


def _cleaned(mesh: Mesh) -> tuple[Mesh, Edges]:
    """Merge vertices, drop needless faces and make neighbors agree; and the new edges."""
    vertices, faces = _merged(mesh.vertices, mesh.faces)
    once, uncancelled = _without_repeats(faces)
    rows, (turned, edges) = once, _agreeing(faces[once])
    # Of two faces back to back one is needless where a surface was modeled from both sides; both
    # are where two boxes share a wall.
    if not edges.closed and 0 < len(uncancelled) < len(once):
        without_walls = _agreeing(faces[uncancelled])
        if without_walls[1].closed:
            rows, (turned, edges) = uncancelled, without_walls
    parts = None if mesh.face_parts is None else mesh.face_parts[rows]
    return _without_loose_vertices(Mesh(vertices, turned, parts)), edges


def _merged(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.lexsort(vertices.T)
    ordered = vertices[order]
    new = np.r_[True, (ordered[1:] != ordered[:-1]).any(axis=1)]
    index = np.empty(len(vertices), np.int64)
    index[order] = np.cumsum(new) - 1
    return ordered[new], index[faces]


def _without_repeats(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of faces with three corners: each face once; and less those that cancel out."""
    a, b, c = faces.T
    rows = np.flatnonzero((a != b) & (b != c) & (c != a))
    if len(rows) == 0:
        raise BadShape("none of its faces has three different corners")
    corners = np.sort(faces[rows], axis=1)
    order = np.lexsort(corners.T)
    rows, corners = rows[order], corners[order]
    first = np.flatnonzero(np.r_[True, (corners[1:] != corners[:-1]).any(axis=1)])
    a, b, c = faces[rows].T
    ascending = (a < b).astype(int) + (b < c) + (c < a) == 2
    balance = np.add.reduceat(np.where(ascending, 1, -1), first)
    return np.sort(rows[first]), np.sort(rows[first[balance != 0]])


def _agreeing(faces: np.ndarray) -> tuple[np.ndarray, Edges]:
    """Turn the fewer faces of each piece so that neighbors run along edges in opposite ways.

    Each face is two nodes, as it is and turned, linked with the node of each neighbor that
    agrees with it. A piece then falls into two halves, each the other turned round, or is one
    (as a Möbius strip is) and stays as it was.
    """
    edges = edges_of(faces)
    if edges.agree.all():
        return faces, edges
    n, (one, other) = len(faces), edges.pairs.T
    shift = np.where(edges.agree, 0, n)
    links = np.r_[np.c_[one, other + shift], np.c_[one + n, other + n - shift]]
    number, label = connected(2 * n, links)
    half, opposite = label[:n], label[n:]
    turn = half > opposite
    piece = np.minimum(half, opposite)
    most = 2 * np.bincount(piece, turn, number) > np.bincount(piece, minlength=number)
    turn ^= most[piece] & (half != opposite)
    turned = np.where(turn[:, None], faces[:, ::-1], faces)
    return turned, edges_of(turned)


def _turned_outward(mesh: Mesh, edges: Edges) -> tuple[Mesh, Pieces, bool]:
    """Turn pieces that face inward, unless they are cavities; and whether any were turned.

    Raises:
        BadShape: the mesh is closed and has no volume.
    """
    pieces = Pieces(mesh, edges)
    if edges.closed and np.abs(pieces.volume).sum() < TINY_VOLUME:
        raise BadShape("encloses no volume: a surface without an inside; use field udf")
    least = TINY_VOLUME if edges.closed else HOLLOW * pieces.area**1.5
    volume = np.where(np.abs(pieces.volume) > least, pieces.volume, 0)
    turn = np.full(pieces.number, volume.sum() < 0)
    volume = np.where(turn, -volume, volume)
    if (volume < 0).any():
        pieces.owner = owners_of_cavities(mesh, pieces, volume)
        turn ^= (volume < 0) & (pieces.owner == np.arange(pieces.number))
    if not turn.any():
        return mesh, pieces, False
    pieces.volume = np.where(turn, -pieces.volume, pieces.volume)
    faces = np.where(turn[pieces.label][:, None], mesh.faces[:, ::-1], mesh.faces)
    return Mesh(mesh.vertices, faces, mesh.face_parts), pieces, True


# ---------------------------------------------------------------------------- union


def _solid(mesh: Mesh, pieces: Pieces) -> Mesh | None:
    """The union of a closed mesh's pieces, itself where none overlap; None where it fails."""
    if not _any_boxes_meet(pieces):
        return mesh
    owners, body = np.unique(pieces.owner, return_inverse=True)
    bodies = []
    for i in range(len(owners)):
        rows = np.concatenate([pieces.faces(piece) for piece in np.flatnonzero(body == i)])
        bodies.append(_manifold(mesh.vertices, mesh.faces[rows]))
    volume, area = sum(b.volume() for b in bodies), sum(b.surface_area() for b in bodies)
    united, solid = _union(bodies)
    if _same(united.volume(), volume) and _same(united.surface_area(), area):
        return mesh
    return solid


def _untangled(mesh: Mesh, edges: Edges) -> Mesh | None:
    """The solids of a mesh in which some touch along edges, united; None where that fails."""
    if edges.odd:
        return None
    bodies = _manifold(mesh.vertices, mesh.faces).decompose()
    if not bodies or any(body.volume() <= 0 for body in bodies):
        return None
    return _union(bodies)[1]


def _manifold(vertices: np.ndarray, faces: np.ndarray):
    from manifold3d import Manifold, Mesh64

    used, faces = np.unique(faces, return_inverse=True)
    return Manifold(Mesh64(vertices[used], faces.reshape(-1, 3).astype(np.uint64)))


def _union(bodies: list):
    """The union of manifolds, and its mesh; None where it is not sound."""
    from manifold3d import Error, Manifold, OpType

    united = Manifold.batch_boolean(bodies, OpType.Add)
    out = united.to_mesh64()
    vertices, faces = np.asarray(out.vert_properties), np.asarray(out.tri_verts).astype(np.int64)
    volumes = [body.volume() for body in bodies]
    sound = (
        all(body.status() == Error.NoError for body in [*bodies, united])
        and is_watertight(vertices, faces)
        and max(volumes) * (1 - SAME) < united.volume() < sum(volumes) * (1 + SAME)
    )
    return united, Mesh(vertices[:, :3].astype(np.float64), faces) if sound else None


def _any_boxes_meet(pieces: Pieces) -> bool:
    """Whether the bounding boxes of two pieces, cavities apart, have a point in common."""
    rows = np.flatnonzero(pieces.owner == np.arange(pieces.number))
    rows = rows[np.argsort(pieces.low[rows, 0], kind="stable")]
    low, high = pieces.low[rows], pieces.high[rows]
    last = np.searchsorted(low[:, 0], high[:, 0], side="right")
    for i, end in enumerate(last):
        later = slice(i + 1, end)
        if ((low[later] <= high[i]) & (high[later] >= low[i])).all(axis=1).any():
            return True
    return False


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= SAME * abs(b)
