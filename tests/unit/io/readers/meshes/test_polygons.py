"""Cutting polygons: the triangles cover each once, whatever its form."""

import numpy as np
import pytest

from inr2vec_core.errors import BadShape
from inr2vec_core.io.readers.meshes.polygons import triangulate

from .prisms import area_of

ARROW = [(0, 0), (2, 1), (0, 2), (1, 1)]
COMB = [
    (0, 0),
    (5, 0),
    (5, 3),
    (4, 3),
    (4, 1),
    (3, 1),
    (3, 3),
    (2, 3),
    (2, 1),
    (1, 1),
    (1, 3),
    (0, 3),
]
KEYHOLE = [(0, 0), (3, 0), (3, 3), (0, 3), (0, 0), (1, 1), (1, 2), (2, 2), (2, 1), (1, 1)]
SHAPES = {
    "concave quad": (ARROW, 1),
    "comb": (COMB, 11),
    "hole with a bridge": (KEYHOLE, 8),
    "corners on a line": ([(0, 0), (1, 0), (2, 0), (2, 2), (1, 1), (0, 2)], 3),
    "a corner twice": ([(0, 0), (2, 0), (2, 0), (2, 2), (1, 1), (0, 2)], 3),
    "convex": ([(0, 0), (2, 0), (3, 1), (2, 2), (0, 2)], 5),
}


def rotation(seed):
    axes, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return axes * np.sign(np.linalg.det(axes))


def in_space(polygon, seed):
    flat = np.column_stack([polygon, np.zeros(len(polygon))])
    return flat @ rotation(seed).T * 10.0 ** (seed - 2) + [seed, -3 * seed, 7]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("seed", range(4))
def test_triangles_cover_a_polygon_once_from_any_first_corner(name, turn, seed):
    polygon, area = SHAPES[name]
    points = in_space(polygon[::turn], seed)
    for first in range(len(points)):
        corners = np.roll(np.arange(len(points)), first)
        triangles = triangulate(points, corners, np.array([len(points)]))
        assert triangles.shape == (len(points) - 2, 3)
        assert area_of(points, triangles) == pytest.approx(area * 100.0 ** (seed - 2))
        vectors = np.cross(*(points[triangles[:, i]] - points[triangles[:, 0]] for i in (1, 2)))
        normal = turn * rotation(seed)[:, 2]
        assert (vectors @ normal > -1e-9 * np.abs(vectors).max()).all()


def test_random_stars_are_covered_once():
    rng = np.random.default_rng(0)
    for n in (5, 6, 9, 40, 300):
        angles = np.sort(rng.uniform(0, 2 * np.pi, n)) + rng.uniform(0, 7)
        star = np.column_stack([np.cos(angles), np.sin(angles)]) * rng.uniform(0.2, 1, (n, 1))
        x, y = star.T
        area = abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
        points = in_space(star, 2)
        assert area_of(points, triangulate(points, np.arange(n), np.array([n]))) == (
            pytest.approx(area)
        )


def test_concave_polygon_that_is_not_flat_keeps_its_edges_and_does_not_fold():
    points = in_space(COMB, 2) + 0.1 * np.random.default_rng(1).normal(size=(12, 3))
    triangles = triangulate(points, np.arange(12), np.array([12]))
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    directed = {tuple(edge) for edge in edges.tolist()}
    border = {edge for edge in directed if edge[::-1] not in directed}
    assert border == {(i, (i + 1) % 12) for i in range(12)}
    assert area_of(points, triangles) < 1.2 * 11


def test_triangles_and_convex_polygons_are_cut_as_they_always_were():
    angles = np.arange(6) * np.pi / 3
    points = np.column_stack([np.cos(angles), np.sin(angles), np.zeros(6)])
    corners = np.array([0, 1, 2, 0, 2, 3, 5, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 3, 4, 5])
    triangles = triangulate(points, corners, np.array([3, 4, 3, 6, 4]))
    assert triangles.tolist() == [
        *([0, 1, 2], [3, 4, 5]),
        *([0, 2, 3], [0, 3, 4], [3, 5, 0], [4, 5, 0]),
        *([0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 5]),
    ]


def test_a_bent_quad_is_no_fault_and_points_and_edges_have_no_area():
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 1], [0, 1, 0], [0, 0, 1]], float)
    triangles = triangulate(points, np.array([4, 0, 1, 0, 1, 2, 3]), np.array([1, 2, 4]))
    assert triangles.tolist() == [[0, 1, 2], [2, 3, 0]]


def test_polygons_without_area_stay_triangles_without_area():
    points = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]], float)
    triangles = triangulate(points, np.array([0, 1, 2, 3, 3, 1, 1, 1, 1, 1]), np.array([5, 5]))
    assert len(triangles) == 6
    assert area_of(points, triangles) == 0


@pytest.mark.parametrize("corners", [[0, 2, 1, 3], [0, 2, 4, 1, 3]])
def test_polygons_that_cross_themselves_are_refused(corners):
    angles = np.arange(5) * 2 * np.pi / 5
    points = np.column_stack([np.cos(angles), np.sin(angles), np.zeros(5)])
    quad = [0, 1, 2, 3]
    sizes = np.array([4, len(corners)])
    with pytest.raises(BadShape, match="1 of 2 polygons cross themselves, the worst is polygon 2"):
        triangulate(points, np.array(quad + corners), sizes)


def test_a_tiny_crossing_does_not_cost_a_shape():
    points = np.array([[0, 0, 0], [9, 0, 0], [9, 9, 0], [0, 9, 0]], float)
    tiny = np.array([[0, 0, 0], [1, 1, 0], [1, 0, 0], [0, 1, 0]], float) / 50
    triangles = triangulate(np.concatenate([points, tiny]), np.arange(8), np.array([4, 4]))
    assert len(triangles) == 4


def test_a_concave_polygon_of_very_many_corners_is_refused():
    angles = np.arange(20_002) * np.pi / 10_001
    points = np.column_stack([np.cos(angles), np.sin(angles), np.zeros(len(angles))])
    corners, size = np.arange(len(points)), np.array([len(points)])
    assert len(triangulate(points, corners, size)) == 20_000
    points[::2] /= 2
    with pytest.raises(BadShape, match="a concave polygon has 20002 corners, more than 20000"):
        triangulate(points, corners, size)


@pytest.mark.parametrize("corner", [-1, 4])
def test_a_corner_without_vertex_is_refused(corner):
    with pytest.raises(BadShape, match=f"a face names vertex {corner}, but there are 4"):
        triangulate(np.zeros((4, 3)), np.array([0, 1, 2, corner]), np.array([4]))
