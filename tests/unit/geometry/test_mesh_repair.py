"""Closing meshes and their signed distance, against solids known by hand."""

import numpy as np
import pytest
import trimesh

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.mesh_repair import close_mesh, is_watertight
from inr2vec_core.geometry.raw import Mesh
from inr2vec_core.geometry.signed_distance import SignedDistance


def mesh_of(*solids, parts=False):
    """One mesh of trimesh's, each perhaps a part of its own."""
    starts = np.cumsum([0, *(len(s.vertices) for s in solids)])
    faces = [s.faces + start for s, start in zip(solids, starts[:-1], strict=True)]
    labels = np.repeat(np.arange(len(solids)), [len(f) for f in faces]) if parts else None
    vertices = np.concatenate([s.vertices for s in solids]).astype(np.float64)
    return Mesh(vertices, np.concatenate(faces).astype(np.int64), labels)


def box(size=2.0, at=(0, 0, 0)):
    return trimesh.creation.box((size,) * 3).apply_translation(at)


def ball(radius=1.0, at=(0, 0, 0), subdivisions=3):
    return trimesh.creation.icosphere(subdivisions, radius).apply_translation(at)


def inverted(solid):
    return trimesh.Trimesh(solid.vertices, solid.faces[:, ::-1], process=False)


def unmerged(mesh):
    corners = mesh.vertices[mesh.faces].reshape(-1, 3)
    return Mesh(corners, np.arange(len(corners)).reshape(-1, 3), mesh.face_parts)


def volume(mesh):
    return trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).volume


def distance_of(mesh, **options):
    closed, repair_status = close_mesh(mesh, **options)
    return SignedDistance(closed.vertices, closed.faces, repair_status != "winding")


def points(*rows):
    return np.array(rows, np.float32)


def cup():
    """A box of side 2 without its lid (the faces at z = 1)."""
    solid = mesh_of(box())
    return Mesh(solid.vertices, solid.faces[(solid.vertices[solid.faces][:, :, 2] < 1).any(axis=1)])


# ---------------------------------------------------------------------------- watertight


@pytest.mark.parametrize(
    "solids",
    [
        [box()],
        [ball()],
        [ball(), ball(at=(3, 0, 0))],
        [ball(), inverted(ball(0.5))],
        [box(), inverted(box(1.5)), box(1.0)],  # an island in a cavity
        [box(2.0, (-0.9, 0, 0)), box(1.0, (2, 0, 0)), box(1.0, (-3, 0, 0))],
        [trimesh.creation.torus(2, 0.4), box(0.5)],  # boxes meet, surfaces do not
    ],
)
def test_fit_meshes_are_left_as_they_are(solids):
    mesh = mesh_of(*solids, parts=True)
    for open_meshes in ("winding", "repair", "reject"):
        closed, repair_status = close_mesh(mesh, open_meshes)
        assert repair_status == "watertight"
        assert closed is mesh


def test_vertices_without_a_face_are_dropped():
    mesh = mesh_of(box(), parts=True)
    loose = Mesh(np.r_[[[9.0, 9, 9]], mesh.vertices], mesh.faces + 1, mesh.face_parts)
    closed, repair_status = close_mesh(loose)
    assert repair_status == "watertight"
    np.testing.assert_array_equal(closed.vertices, mesh.vertices)
    np.testing.assert_array_equal(closed.faces, mesh.faces)
    np.testing.assert_array_equal(closed.face_parts, mesh.face_parts)


def test_scale_and_place_do_not_matter():
    for scale, shift in ((1e-6, 0), (1e6, 1e7)):
        mesh = mesh_of(ball())
        moved = Mesh(mesh.vertices * scale + shift, mesh.faces)
        assert close_mesh(moved)[1] == "watertight"
        assert close_mesh(Mesh(moved.vertices, mesh.faces[:, ::-1]))[1] == "repaired"


def test_is_watertight():
    solid = mesh_of(box())
    assert is_watertight(solid.vertices, solid.faces.astype(np.int32))
    assert not is_watertight(solid.vertices, solid.faces[:, ::-1])
    assert not is_watertight(solid.vertices, solid.faces[1:])
    assert not is_watertight(np.zeros((0, 3)), np.zeros((0, 3), int))


# ---------------------------------------------------------------------------- repaired


def turned_at_random(mesh, seed=0):
    turn = np.random.default_rng(seed).random(len(mesh.faces)) < 0.4
    return Mesh(
        mesh.vertices, np.where(turn[:, None], mesh.faces[:, ::-1], mesh.faces), mesh.face_parts
    )


def with_faces(mesh, more):
    return Mesh(mesh.vertices, np.concatenate([mesh.faces, np.array(more)]))


def mirrored_box():
    """The box beyond x = 1 whose faces mirror those of a box of side 2."""
    solid = box()
    return trimesh.Trimesh(solid.vertices * [-1, 1, 1] + [2, 0, 0], solid.faces[:, ::-1])


BOX = mesh_of(box())
REPAIRABLE = {
    "unmerged": unmerged(BOX),
    "inverted": Mesh(BOX.vertices, BOX.faces[:, ::-1]),
    "turned at random": turned_at_random(mesh_of(ball(2, subdivisions=2))),
    "duplicates": with_faces(BOX, [BOX.faces[3], BOX.faces[5], np.roll(BOX.faces[7], 1)]),
    "from both sides": with_faces(BOX, BOX.faces[:, ::-1]),
    "degenerate": with_faces(BOX, [[0, 0, 1], [4, 4, 4]]),
    "unmerged, degenerate, turned": turned_at_random(unmerged(with_faces(BOX, [[0, 0, 1]]))),
    "one piece inverted": mesh_of(box(), inverted(box(1, (4, 0, 0)))),
    "all inverted, with a cavity": mesh_of(inverted(box()), box(1)),
    "boxes with a common wall, merged": unmerged(mesh_of(box(), box(2, (2, 0, 0)))),
    "boxes with a common wall": mesh_of(box(), box(2, (2, 0, 0))),
    "boxes with a common edge, merged": unmerged(mesh_of(box(), box(2, (2, 2, 0)))),
    "boxes with a wall of the same faces": unmerged(mesh_of(box(), mirrored_box())),
    "one within another": mesh_of(box(), box(1)),
    "overlapping": mesh_of(box(), box(2, (1, 1, 1))),
    "overlapping, one with a cavity": mesh_of(box(), inverted(box(1)), box(2, (1.75, 0, 0))),
}
VOLUMES = [
    *(8, 8, volume(mesh_of(ball(2, subdivisions=2))), 8, 8, 8, 8),
    *(9, 7, 16, 16, 16, 16, 8, 15, 14),
]


@pytest.mark.parametrize(
    ("mesh", "expected"), list(zip(REPAIRABLE.values(), VOLUMES, strict=True)), ids=REPAIRABLE
)
def test_repaired_meshes_are_the_solids_that_were_meant(mesh, expected):
    closed, repair_status = close_mesh(mesh, "repair")
    assert repair_status == "repaired"
    assert is_watertight(closed.vertices, closed.faces)
    assert volume(closed) == pytest.approx(expected)
    assert close_mesh(closed, "reject")[1] == "watertight"


def test_face_parts_follow_their_faces():
    mesh = unmerged(mesh_of(box(), box(1, (4, 0, 0)), parts=True))
    first = np.r_[mesh.faces[:1], mesh.faces]
    closed, _ = close_mesh(Mesh(mesh.vertices, first, np.r_[[0], mesh.face_parts]))
    centers = closed.vertices[closed.faces].mean(axis=1)
    np.testing.assert_array_equal(closed.face_parts, (centers[:, 0] > 2).astype(int))
    united, _ = close_mesh(mesh_of(box(), box(2, (1, 0, 0)), parts=True))
    assert united.face_parts is None


def test_union_of_balls_has_no_surface_in_the_overlap():
    mesh = mesh_of(ball(1, (-0.5, 0, 0), 4), ball(1, (0.5, 0, 0), 4))
    closed, repair_status = close_mesh(mesh)
    assert repair_status == "repaired"
    distance = SignedDistance(closed.vertices, closed.faces, closed=True)
    # The balls meet in a circle of radius 0.75^0.5 about the origin, their nearest points to it.
    found = distance(points((0, 0, 0), (1.5, 0, 0), (-0.75, 0, 0), (3, 0, 0)))
    np.testing.assert_allclose(found, [-(0.75**0.5), 0, -0.75, 1.5], atol=0.01)


# ---------------------------------------------------------------------------- open


def test_holes_are_left_to_winding_numbers():
    mesh = mesh_of(ball(subdivisions=4))
    holed = Mesh(mesh.vertices, np.delete(mesh.faces, [10, 200, 201], axis=0))
    closed, repair_status = close_mesh(holed)
    assert repair_status == "winding"
    assert len(closed.faces) == len(holed.faces)
    queries = np.random.default_rng(0).uniform(-1.2, 1.2, (2000, 3)).astype(np.float32)
    distance = SignedDistance(closed.vertices, closed.faces, closed=False)(queries)
    np.testing.assert_allclose(distance, np.linalg.norm(queries, axis=1) - 1, atol=0.02)


@pytest.mark.parametrize("turn", [lambda m: m, turned_at_random, unmerged])
@pytest.mark.parametrize("inside_out", [False, True])
def test_box_without_lid_has_an_inside(turn, inside_out):
    mesh = cup()
    if inside_out:
        mesh = Mesh(mesh.vertices, mesh.faces[:, ::-1])
    mesh = turn(mesh)
    assert close_mesh(mesh)[1] == "winding"
    distance = distance_of(mesh)
    found = distance(points((0, 0, 0), (0, 0, -0.75), (0, 0, -2), (3, 0, 0), (0, 0, 5)))
    np.testing.assert_allclose(found, [-1, -0.25, 1, 2, 17**0.5], atol=1e-6)


def test_cavity_of_an_open_mesh_stays():
    outer = cup()
    inner = mesh_of(inverted(box(0.5, (0, 0, -0.5))))
    mesh = Mesh(np.r_[outer.vertices, inner.vertices], np.r_[outer.faces, inner.faces + 8])
    distance = distance_of(mesh)
    assert distance.inside(points((0, 0, 0), (0, 0, -0.5))).tolist() == [True, False]


def test_moebius_strip_is_taken_as_it_is():
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    width = np.array([-0.3, 0.3])[:, None]
    radius = 1 + width * np.cos(turn / 2)
    strip = np.stack([radius * np.cos(turn), radius * np.sin(turn), width * np.sin(turn / 2)], -1)
    i = np.arange(39)
    faces = np.concatenate([np.c_[i, i + 40, i + 1], np.c_[i + 1, i + 40, i + 41]])
    faces = np.r_[faces, [[39, 79, 40], [40, 79, 0]]]
    assert close_mesh(Mesh(strip.reshape(-1, 3), faces))[1] == "winding"


def test_open_meshes_can_be_set_aside():
    with pytest.raises(BadShape, match=r"4 of its 17 edges .*set open_meshes to winding"):
        close_mesh(cup(), "repair")


def test_reject_sets_everything_else_aside():
    for mesh, reason in (
        (cup(), "not watertight: 4 of its 17 edges"),
        (REPAIRABLE["unmerged"], "not watertight: 36 of its 36 edges"),
        (REPAIRABLE["overlapping"], "not watertight: .*pieces overlap; set open_meshes"),
        (REPAIRABLE["inverted"], "not watertight: some faces are turned inward"),
    ):
        with pytest.raises(BadShape, match=reason):
            close_mesh(mesh, "reject")
    with pytest.raises(ValueError, match="open_meshes is 'close': use winding, repair, reject"):
        close_mesh(BOX, "close")


# ---------------------------------------------------------------------------- bad meshes


def grid_mesh(height):
    """A sheet of 2 x 6 x 6 faces over [0, 5]^2, raised by a function of x and y, and tilted."""
    x, y = (a.reshape(-1).astype(float) for a in np.mgrid[:6, :6])
    i = np.array([6 * row + column for row in range(5) for column in range(5)])
    faces = np.r_[np.c_[i, i + 6, i + 1], np.c_[i + 1, i + 6, i + 7]]
    turn = trimesh.transformations.rotation_matrix(0.7, [1, 2, 3])[:3, :3]
    return Mesh(np.c_[x, y, height(x, y)] @ turn + 100, faces)


SHEET = grid_mesh(lambda x, y: (x - 2.5) ** 2)
BAD = {
    "no faces": (Mesh(np.eye(3), np.zeros((0, 3), int)), "has no faces"),
    "nan": (Mesh(np.full((3, 3), np.nan), np.array([[0, 1, 2]])), "3 of 3 points have NaN"),
    "one vertex": (Mesh(np.ones((3, 3)), np.array([[0, 1, 2]])), "no area"),
    "line": (Mesh(np.eye(3)[[0, 0, 1]], np.array([[0, 1, 2]])), "1 faces have no area"),
    "flat": (grid_mesh(lambda x, y: 0 * x), "flat: a surface without an inside; use field udf"),
    "huge": (Mesh(np.eye(4, 3) * 1.7e308 - np.eye(4, 3)[::-1] * 1.7e308, BOX.faces % 4), "unit"),
}


@pytest.mark.parametrize(("mesh", "reason"), BAD.values(), ids=BAD)
def test_mesh_without_inside_is_set_aside(mesh, reason):
    with pytest.raises(BadShape, match=reason):
        close_mesh(mesh)


def test_closed_mesh_of_no_volume_is_set_aside():
    pressed = mesh_of(ball())  # onto a bowl: two sheets, sewn along their rim
    pressed.vertices[:, 2] = pressed.vertices[:, 0] ** 2
    with pytest.raises(BadShape, match=r"encloses no volume: .*use field udf"):
        close_mesh(pressed)


# ---------------------------------------------------------------------------- distances


@pytest.mark.parametrize("closed", [True, False])
def test_distance_to_a_box(closed):
    distance = SignedDistance(BOX.vertices, BOX.faces, closed)
    queries = points((0, 0, 0), (0.5, 0, 0), (2, 0, 0), (2, 2, 1), (0, 0, -90), (0.9, 0.9, 0.8))
    found = distance(queries)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [-1, -0.5, 1, 2**0.5, 89, -0.1], rtol=1e-5)
    assert distance.inside(queries).tolist() == [True, True, False, False, False, True]
    assert distance(np.zeros((0, 3), np.float32)).shape == (0,)


@pytest.mark.parametrize("closed", [True, False])
def test_points_on_the_surface_have_no_distance(closed):
    distance = SignedDistance(BOX.vertices, BOX.faces, closed)
    corners_edges_and_faces = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
    on = corners_edges_and_faces[np.abs(corners_edges_and_faces).max(axis=1) == 1]
    found = distance(on.astype(np.float32))
    np.testing.assert_array_equal(found, 0)
    assert not np.signbit(found).any()


@pytest.mark.parametrize("closed", [True, False])
def test_signs_are_right_where_rays_meet_edges(closed):
    # A lattice in line with the vertices and edges of a finely cut box.
    solid = trimesh.creation.box((2, 2, 2)).subdivide().subdivide().subdivide()
    axis = np.linspace(-1.5, 1.5, 25)
    lattice = np.stack(np.meshgrid(axis, axis, axis), -1).reshape(-1, 3).astype(np.float32)
    within = np.abs(lattice).max(axis=1)
    lattice, within = lattice[within != 1], within[within != 1]
    distance = SignedDistance(np.asarray(solid.vertices), np.asarray(solid.faces), closed)
    np.testing.assert_array_equal(distance(lattice) < 0, within < 1)
    np.testing.assert_array_equal(distance.inside(lattice), within < 1)


def test_both_ways_of_telling_the_inside_agree_on_a_cavity():
    mesh = mesh_of(ball(), inverted(ball(0.5)))
    queries = np.random.default_rng(0).uniform(-1.2, 1.2, (3000, 3)).astype(np.float32)
    radius = np.linalg.norm(queries, axis=1)
    expected = np.abs(radius - 0.75) - 0.25
    expected = np.where(radius < 0.5, 0.5 - radius, expected)
    for closed in (True, False):
        found = SignedDistance(mesh.vertices, mesh.faces, closed)(queries)
        np.testing.assert_allclose(found, expected, atol=0.02)
