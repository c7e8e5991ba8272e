"""The page of turning shapes is whole, needs nothing else and holds the shapes."""

import base64
import gzip
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
import trimesh

from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.reporting.viewer import (
    MOST_FACES,
    MOST_POINTS,
    Section,
    thinned_cloud,
    thinned_mesh,
    write_page,
)

VOID = {"meta", "input", "link", "br", "img"}


class Page(HTMLParser):
    """Checks that elements nest; gathers attributes, and the text of each kind of element."""

    def __init__(self, path):
        super().__init__()
        self.open, self.attributes, self.text, self.packed = [], [], {}, {}
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.attributes += attributes
        if tag not in VOID:
            self.open.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        tag, attributes = self.open[-1] if self.open else ("", {})
        self.text.setdefault(tag, []).append(data)
        if attributes.get("type") == "text/plain":
            self.packed[attributes["id"]] = data

    def figure(self, k):
        return json.loads(gzip.decompress(base64.b64decode(self.packed[f"s{k}"])))


def octahedron():
    mesh = trimesh.creation.icosphere(0)
    return MeshShape(np.float32(mesh.vertices), np.int32(mesh.faces))


def grid():
    occupied = np.zeros((4, 4, 4), bool)
    occupied[1, 2, 3] = True
    return VoxelShape(occupied)


def sections():
    cloud = CloudShape(np.array([[0.1, 0.2, 0.3], [-0.4, 0.5, -0.6]], np.float32))
    return [
        Section("ModelNet <40>", ["original", "from INR"], [
            ("chair/test/000004", [cloud, None]),
            ("sofa & bed/test/000001", [cloud, cloud]),
        ]),
        Section("Cubes", ["original"], [("mug/test/000000", [grid()])]),
        Section("Surfaces", ["original"], [("lamp/test/000002", [octahedron()])]),
    ]  # fmt: skip


@pytest.fixture
def page(tmp_path):
    write_page(sections(), tmp_path / "page", "Shapes & more")
    return Page(tmp_path / "page")


def test_the_page_shows_all_labels(page):
    assert "Shapes & more" in page.text["h1"] and "Shapes & more" in page.text["title"]
    assert [t for t in page.text["option"] if t.strip()] == [
        "chair/test/000004", "sofa & bed/test/000001", "mug/test/000000", "lamp/test/000002",
    ]  # fmt: skip
    labels = [value for name, value in page.attributes if name == "label"]
    assert labels == ["ModelNet <40>", "Cubes", "Surfaces"]
    assert len(page.packed) == 4


def test_the_page_loads_nothing_from_elsewhere(page):
    assert not [a for a in page.attributes if a[0] in ("src", "href", "srcset", "action", "data")]
    assert not re.search(r"@import|url\(", "".join(page.text["style"]))
    own_script = page.text["script"][-1]
    assert "Plotly.newPlot" in own_script and "http" not in own_script
    assert any("plotly.js v" in text[:200] for text in page.text["script"])


def test_what_could_not_be_reconstructed_is_said(page):
    figure = page.figure(0)
    texts = [a["text"] for a in figure["layout"]["annotations"]]
    assert texts == ["original", "from INR", "no surface"]
    assert [trace["scene"] for trace in figure["data"]] == ["scene"]
    assert [trace["scene"] for trace in page.figure(1)["data"]] == ["scene", "scene2"]


def test_points_are_turned_so_that_up_is_plotlys_up(page):
    (points,) = page.figure(0)["data"]
    assert points["type"] == "scatter3d"
    assert (points["x"], points["y"], points["z"]) == ([0.1, -0.4], [-0.3, 0.6], [0.2, 0.5])


def test_cubes_become_closed_surfaces(page):
    (trace,) = page.figure(2)["data"]
    surface = trimesh.Trimesh(*as_mesh(trace), process=False)
    assert surface.is_watertight and surface.volume == pytest.approx(0.5**3)
    # Cell (1, 2, 3) spans x from -0.5 to 0, y (here z) from 0 to 0.5, z (here -y) from 0.5 to 1.
    np.testing.assert_allclose(surface.bounds, [[-0.5, -1, 0], [0, -0.5, 0.5]])
    assert len(trace["intensity"]) == 12


def test_meshes_keep_their_faces(page):
    vertices, faces = as_mesh(page.figure(3)["data"][0])
    shape = octahedron()
    np.testing.assert_array_equal(faces, shape.faces)
    np.testing.assert_allclose(vertices[:, [0, 2, 1]] * [1, 1, -1], shape.vertices, atol=1e-3)


def as_mesh(trace):
    return (
        np.stack([trace[k] for k in "xyz"], axis=1),
        np.stack([trace[k] for k in "ijk"], axis=1),
    )


def test_the_same_shapes_give_the_same_bytes(tmp_path):
    for name in "ab":
        write_page(sections(), tmp_path / name, "shapes")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_page_without_shapes_is_a_page(tmp_path):
    write_page([], tmp_path / "page", "nothing")
    assert Page(tmp_path / "page").packed == {}


def test_dense_clouds_are_thinned_the_same_way_each_time(rng):
    few, many = rng.normal(size=(MOST_POINTS, 3)), rng.normal(size=(3 * MOST_POINTS, 3))
    assert thinned_cloud(few) is few
    thin = thinned_cloud(many)
    assert thin.shape == (MOST_POINTS, 3)
    assert set(map(tuple, thin)) <= set(map(tuple, many)) and len(np.unique(thin, axis=0)) == len(
        thin
    )
    np.testing.assert_array_equal(thin, thinned_cloud(many))


def test_fine_meshes_are_thinned_and_keep_their_form():
    ball = trimesh.creation.icosphere(5)
    vertices, faces = thinned_mesh(np.float32(ball.vertices), np.int32(ball.faces))
    assert 0.9 * MOST_FACES < len(faces) <= MOST_FACES < len(ball.faces)
    np.testing.assert_allclose(np.linalg.norm(vertices, axis=1), 1, atol=0.01)
