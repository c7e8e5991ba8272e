"""Random walks over meshes, and what networks read of them."""

from itertools import pairwise

import numpy as np

from inr2vec_core.baselines import mesh_walks
from inr2vec_core.baselines.mesh_walks import SCALE, Graph, WalkInput, graph_of, random_walk
from inr2vec_core.geometry.mesh_topology import connected
from inr2vec_core.geometry.shapes import MeshShape

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32) - 0.5
FACES = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32)
TETRAHEDRON = MeshShape(CORNERS, FACES)
WHOLE = 4.0  # cells so large that they cut no edge; the corners around 0 lie in different ones


class Numbers:
    """In place of a generator: these uniform numbers."""

    def __init__(self, *numbers):
        self.numbers = np.array(numbers)

    def random(self, n):
        assert n == len(self.numbers)
        return self.numbers


def graph(*neighbors):
    """Vertices at the origin, by the neighbors of each."""
    first = np.cumsum([0, *map(len, neighbors)]).astype(np.int32)
    return Graph(np.zeros((len(neighbors), 3)), first, np.concatenate(neighbors).astype(np.int32))


def pairs(graph):
    degree = np.diff(graph.first)
    starts = np.repeat(np.arange(len(degree)), degree)
    return list(zip(starts.tolist(), graph.neighbors.tolist(), strict=True))


def torus(n):
    """A closed mesh of n^2 vertices and 2 n^2 faces."""
    a, b = (2 * np.pi * x.ravel() / n for x in np.mgrid[:n, :n])
    ring = 0.7 + 0.3 * np.cos(b)
    vertices = np.stack([ring * np.cos(a), ring * np.sin(a), 0.3 * np.sin(b)], 1)
    i = np.arange(n * n).reshape(n, n)
    right, up, over = np.roll(i, -1, 0), np.roll(i, -1, 1), np.roll(i, (-1, -1), (0, 1))
    faces = np.stack([np.stack([i, right, over], -1), np.stack([i, over, up], -1)], 2)
    return MeshShape(vertices.astype(np.float32), faces.reshape(-1, 3).astype(np.int32))


# ---------------------------------------------------------------------------- the graph


def test_the_graph_of_two_triangles():
    square = MeshShape(
        np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0]], np.float32) - 0.5,
        np.array([[0, 2, 1], [1, 2, 3]], np.int32),
    )
    of = graph_of(square, WHOLE)
    assert np.array_equal(of.vertices, square.vertices)
    expected = [(0, 1), (0, 2), (1, 0), (1, 2), (1, 3), (2, 0), (2, 1), (2, 3), (3, 1), (3, 2)]
    assert pairs(of) == expected
    assert (of.vertices.dtype, of.first.dtype, of.neighbors.dtype) == ("f4", "i4", "i4")


def test_the_vertices_of_a_cell_become_one_at_their_mean():
    vertices = np.concatenate([CORNERS, CORNERS[3:] + np.float32([0, 0, 0.25])]).astype(np.float32)
    mesh = MeshShape(vertices, np.array([[0, 2, 1], [0, 1, 3], [1, 2, 4], [3, 4, 4]], np.int32))
    of = graph_of(mesh, WHOLE)
    assert len(of.vertices) == 4 and len(of.neighbors) == 12  # all with all
    assert [-0.5, -0.5, 0.625] in of.vertices.tolist()


def test_long_edges_are_cut():
    of = graph_of(MeshShape(CORNERS * 2 - 1, FACES), 0.25)
    starts, ends = zip(*pairs(of), strict=True)
    lengths = np.linalg.norm(of.vertices[list(starts)] - of.vertices[list(ends)], axis=1)
    assert lengths.max() < 0.25 * 12**0.5  # as far as two places in neighboring cells
    assert connected(len(of.vertices), np.array(pairs(of)))[0] == 1


def test_walks_over_a_mesh_within_one_cell_stay():
    small = MeshShape(CORNERS * 0.1 + 0.5, FACES)
    views = WalkInput(4, 2, WHOLE).views("x", small, np.random.default_rng(0))
    assert np.array_equal(views, np.zeros((2, 4, 3)))


def test_a_graph_depends_on_the_surface_and_hardly_on_its_triangles():
    few, many = graph_of(torus(20), 0.3), graph_of(torus(60), 0.3)
    assert abs(len(few.vertices) / len(many.vertices) - 1) < 0.1
    for of in (few, many):
        x, y, z = of.vertices.T
        assert np.abs(np.hypot(np.hypot(x, y) - 0.7, z) - 0.3).max() < 0.1  # still the torus


# ---------------------------------------------------------------------------- walks


def test_all_vertices_of_a_tetrahedron_are_visited_before_any_again(rng):
    of = graph_of(TETRAHEDRON, WHOLE)
    for _ in range(20):
        for part in random_walk(of, 12, rng).reshape(3, 4):
            assert sorted(part) == [0, 1, 2, 3]


def test_a_walk_goes_back_the_way_it_came():
    of = graph([1, 4], [0, 2], [1, 3], [2], [0])  # 3 - 2 - 1 - 0 - 4
    walk = random_walk(of, 8, Numbers(0.3, 0.6, 0.5, 0, 0, 0, 0, 0))
    assert walk.tolist() == [1, 2, 3, 2, 1, 0, 4, 0]  # then all are visited: to any, the first


def test_dead_ends_are_passed_by():
    of = graph([1, 2, 3, 4], [0], [0], [0], [0])
    walk = random_walk(of, 8, Numbers(0, 0.3, 0, 0.4, 0, 0.6, 0, 0))
    assert walk.tolist() == [0, 2, 0, 3, 0, 4, 0, 1]


def test_once_all_is_visited_a_walk_goes_on_from_any_vertex():
    of = graph([1], [0, 2], [1])
    walk = random_walk(of, 6, Numbers(0, 0, 0, 0.5, 0.9, 0))
    assert walk.tolist() == [0, 1, 2, 1, 2, 1]


def test_a_walk_over_a_connected_mesh_follows_its_edges(rng):
    of = graph_of(torus(8), 0.3)
    edges = set(pairs(of))
    for _ in range(10):
        walk = random_walk(of, len(of.vertices), rng)
        assert all(step in edges for step in pairwise(walk.tolist()))
        assert len(set(walk.tolist())) > len(walk) / 2


def test_walks_jump_from_component_to_component(rng):
    two = MeshShape(np.concatenate([CORNERS, CORNERS + 8]), np.concatenate([FACES, FACES + 4]))
    of = graph_of(two, WHOLE)
    starts = set()
    for _ in range(20):
        walk = random_walk(of, 8, rng)
        assert sorted(walk) == list(range(8))
        assert np.ptp(walk[:4] // 4) == 0
        starts.add(int(walk[0]))
    assert len(starts) > 5


def test_start_and_steps_are_as_likely_for_all_vertices(rng):
    of = graph_of(TETRAHEDRON, WHOLE)
    begun = [tuple(random_walk(of, 2, rng).tolist()) for _ in range(1200)]
    counts = [begun.count(pair) for pair in pairs(of)]
    assert sum(counts) == 1200 and min(counts) > 60 and max(counts) < 150  # 100 +- 10


# ---------------------------------------------------------------------------- what is read


def test_views_are_displacements_along_walks():
    steps = WalkInput(5, 3, WHOLE).views("t", TETRAHEDRON, np.random.default_rng(0))
    assert steps.shape == (3, 5, 3) and steps.dtype == np.float32
    of, rng = graph_of(TETRAHEDRON, WHOLE), np.random.default_rng(0)
    for view in steps:
        places = of.vertices[random_walk(of, 5, rng)]
        assert np.array_equal(view[0], [0, 0, 0])
        assert np.array_equal(places[0] + np.cumsum(view, 0) / SCALE, places)
    assert not np.array_equal(steps[0], steps[1])


def test_views_to_train_on_are_stretched_along_each_axis(rng):
    factors = []
    for _ in range(10):
        view = WalkInput(40, 1, WHOLE).augmented("t", TETRAHEDRON, rng)
        assert view.shape == (40, 3) and view.dtype == np.float32
        lengths = [np.abs(axis[axis != 0]) / SCALE for axis in view.T]
        assert max(np.ptp(length) for length in lengths) < 1e-5  # its edges along an axis are 1
        factors.append([length[0] for length in lengths])
    factors = np.array(factors)
    assert factors.min() > 2 / 3 and factors.max() < 3 / 2
    assert np.ptp(factors, axis=0).min() > 0.2 and np.ptp(factors, axis=1).max() > 0.2


def test_a_view_without_augmentation_is_a_walk_over_the_mesh_as_it_is():
    inputs, of = WalkInput(30, 1, WHOLE), graph_of(TETRAHEDRON, WHOLE)
    plain = inputs.plain("t", TETRAHEDRON, np.random.default_rng(3))
    places = of.vertices[random_walk(of, 30, np.random.default_rng(3))]
    np.testing.assert_array_equal(plain, np.diff(places, axis=0, prepend=places[:1]) * SCALE)
    # The augmented view of the same stream goes the same way, stretched.
    factors = inputs.augmented("t", TETRAHEDRON, np.random.default_rng(3)) / np.where(
        plain, plain, 1
    )
    assert all(np.ptp(axis[axis != 0]) < 1e-5 for axis in factors.T)


def test_walks_depend_on_the_generator_alone():
    inputs, mesh = WalkInput(30, 2, 0.3), torus(8)

    def draw(seed):
        rng = np.random.default_rng(seed)
        return np.concatenate(
            [inputs.augmented("x", mesh, rng)[None], inputs.views("x", mesh, rng)]
        )

    assert np.array_equal(draw(0), draw(0))
    assert not np.array_equal(draw(0), draw(1))


def test_each_mesh_is_prepared_once(monkeypatch, rng):
    asked = []

    def spy(mesh, cell):
        asked.append((len(mesh.vertices), cell))
        return graph_of(mesh, cell)

    monkeypatch.setattr(mesh_walks, "graph_of", spy)
    inputs = WalkInput(4, 1, WHOLE)
    for shape_id, mesh in zip("abab", [TETRAHEDRON, torus(4)] * 2, strict=True):
        inputs.augmented(shape_id, mesh, rng)
        inputs.views(shape_id, mesh, rng)
    assert asked == [(4, WHOLE), (16, WHOLE)]


def test_no_more_than_so_many_meshes_are_kept(monkeypatch, rng):
    monkeypatch.setattr(mesh_walks, "CACHED", 3)
    inputs = WalkInput(4, 1, WHOLE)
    kept = []
    for shape_id in "abcdef":
        inputs.views(shape_id, TETRAHEDRON, rng)
        kept.append(len(inputs._graphs))
    assert kept == [1, 2, 3, 1, 2, 3]
