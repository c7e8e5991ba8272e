"""The owners of cavities, by hand and against a search that asks every pair of pieces."""

import numpy as np
import pytest
import trimesh

from inr2vec_core.geometry import cavities
from inr2vec_core.geometry.cavities import owners_of_cavities
from inr2vec_core.geometry.libigl import igl_module
from inr2vec_core.geometry.mesh_repair import close_mesh
from inr2vec_core.geometry.mesh_topology import Pieces, edges_of
from inr2vec_core.geometry.raw import Mesh


def ball(radius=1.0, at=(0, 0, 0), inward=False, missing=0):
    """An icosahedron, perhaps turned inward, perhaps without its first faces."""
    solid = trimesh.creation.icosahedron()
    faces = solid.faces[missing:, ::-1] if inward else solid.faces[missing:]
    return np.asarray(solid.vertices) * radius + at, faces


def box(size=2.0, at=(0, 0, 0), inward=False, cuts=0):
    solid = trimesh.creation.box((size,) * 3)
    for _ in range(cuts):
        solid = solid.subdivide()
    return np.asarray(solid.vertices) + at, solid.faces[:, ::-1] if inward else solid.faces


def mesh_of(*solids):
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in solids)])
    faces = [f + start for (_, f), start in zip(solids, starts[:-1], strict=True)]
    return Mesh(np.concatenate([v for v, _ in solids]), np.concatenate(faces).astype(np.int64))


def searched(mesh):
    """The owners that are found, in the order of the solids, and those of the slow search."""
    pieces = Pieces(mesh, edges_of(mesh.faces))
    first = np.unique(pieces.label, return_index=True)[1]
    rank = np.argsort(np.argsort(first))  # pieces are numbered as their faces come
    found = owners_of_cavities(mesh, pieces, pieces.volume)
    slow = [slow_owner(mesh, pieces, piece) for piece in range(pieces.number)]
    np.testing.assert_array_equal(found, slow)
    return rank[found][np.argsort(rank)].tolist()


def slow_owner(mesh, pieces, piece):
    """The smallest outward piece around an inward one, asked piece by piece."""
    if pieces.volume[piece] >= 0:
        return piece
    rows = pieces.faces(piece)
    probes = mesh.vertices[mesh.faces[rows[:: max(1, len(rows) // 5)]]].mean(axis=1)
    for other in np.argsort(pieces.volume, kind="stable"):
        inside_box = (pieces.low[other] <= pieces.low[piece]).all() and (
            pieces.high[other] >= pieces.high[piece]
        ).all()
        if pieces.volume[other] > 0 and inside_box:
            faces = np.ascontiguousarray(mesh.faces[pieces.faces(other)])
            winding = igl_module().winding_number(mesh.vertices, faces, probes)
            if np.median(np.abs(winding)) > 0.5 + 1e-9:
                return int(other)
    return piece


OWNERS = {
    "a cavity": ([ball(), ball(0.5, inward=True)], [0, 0]),
    "dolls": ([ball(4 - i, inward=i % 2 == 1) for i in range(4)], [0, 0, 2, 2]),
    "beside one another": ([ball(), ball(0.5, (3, 0, 0), inward=True)], [0, 1]),
    "of one size": ([ball(), ball(inward=True)], [0, 1]),
    "in the hole of a ring": (
        [(lambda t: (t.vertices, t.faces))(trimesh.creation.torus(2, 0.5)), ball(0.3, inward=True)],
        [0, 1],
    ),
    "in two of which one is smaller": (
        [ball(3), ball(2, (0.1, 0, 0)), ball(0.5, inward=True)], [0, 1, 1],
    ),
    "in a piece with a hole": ([ball(missing=1), ball(0.3, inward=True, missing=1)], [0, 0]),
    "half of it sticks out": ([box(3, (-2.5, 0, 0)), box(1, (-1, 0, 0), inward=True)], [0, 1]),
    "in an inward piece alone": ([ball(5, inward=True), ball(1, inward=True)], [0, 1]),
}  # fmt: skip


@pytest.mark.parametrize(("solids", "owners"), OWNERS.values(), ids=OWNERS)
@pytest.mark.parametrize("many", [cavities.MANY, 0], ids=["exact", "tree"])
def test_each_cavity_lies_in_the_smallest_piece_around_it(monkeypatch, solids, owners, many):
    monkeypatch.setattr(cavities, "MANY", many)
    assert searched(mesh_of(*solids)) == owners


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("many", [cavities.MANY, 0], ids=["exact", "tree"])
def test_owners_are_those_of_the_slow_search(monkeypatch, seed, many):
    monkeypatch.setattr(cavities, "MANY", many)
    rng = np.random.default_rng(seed)
    solids = []
    for _ in range(20):
        make = (ball, box)[rng.integers(2)]
        # Of few sizes and places, so that pieces touch, coincide and lie in one another.
        size, at = rng.choice([0.25, 0.5, 1, 2, 4]), rng.choice([-1, 0, 0, 0.5], 3)
        vertices, faces = make(size, at, inward=rng.random() < 0.5)
        solids.append((vertices, faces[int(rng.integers(3)) :]))
    searched(mesh_of(*solids))


def test_pieces_are_asked_about_all_that_lies_in_them_at_once(monkeypatch):
    class Counting:
        calls = 0

        @staticmethod
        def winding_number(*args):
            Counting.calls += 1
            return igl_module().winding_number(*args)

    monkeypatch.setattr(cavities, "igl_module", lambda: Counting)
    grid = np.stack(np.meshgrid(*[np.linspace(-4, 4, 6)] * 3), -1).reshape(-1, 3)
    dolls = [ball(radius, at, radius < 0.3) for at in grid for radius in (0.4, 0.2)]
    house, bubbles = box(12, cuts=2), [ball(0.1, at + 0.8, inward=True) for at in grid]
    closed, repair_status = close_mesh(mesh_of(house, *dolls, *bubbles))
    # A call for each of the 216 balls, one for the house; none for each of the 216 bubbles.
    assert Counting.calls == 217
    assert repair_status == "repaired"
    volume = trimesh.Trimesh(closed.vertices, closed.faces, process=False).volume
    assert volume == pytest.approx(12**3 - 216 * 2.53615 * 0.1**3, rel=1e-4)
