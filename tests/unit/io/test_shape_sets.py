"""Named sets of shapes in one file."""

import numpy as np
import pytest

from inr2vec_core.geometry.shapes import CloudShape, MeshShape, VoxelShape
from inr2vec_core.io.shape_sets import (
    Example,
    ShapeSet,
    read_examples,
    read_shape_sets,
    write_examples,
    write_shape_sets,
)


def cloud(value):
    return CloudShape(np.full((4, 3), value, np.float32))


def test_versions_come_back_and_missing_ones_are_none(tmp_path):
    examples = [
        Example("b/1", "b", {"original": cloud(1), "INR": None, "embedding": cloud(2)}),
        Example("a/0", "a", {"original": cloud(3), "INR": cloud(4), "embedding": None}),
    ]
    write_examples(tmp_path / "examples.h5", examples)
    found = read_examples(tmp_path / "examples.h5")
    assert [(e.shape_id, e.class_name) for e in found] == [("b/1", "b"), ("a/0", "a")]
    assert [list(e.versions) for e in found] == [["original", "INR", "embedding"]] * 2
    values = [[v and float(v.points[0, 0]) for v in e.versions.values()] for e in found]
    assert values == [[1, None, 2], [3, 4, None]]


CLOUD = CloudShape(np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32))
GRID = np.random.default_rng(0).random((4, 4, 4)) > 0.5
MESH = MeshShape(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32))


@pytest.mark.parametrize(
    "shape",
    [CLOUD, MESH, VoxelShape(GRID)],
)
def test_sets_are_read_as_they_were_written(tmp_path, shape):
    sets = [
        ShapeSet("draw 0", [shape, None, shape], is_draw=True),
        ShapeSet("empty", []),
        ShapeSet("lost", [None, None]),
    ]
    write_shape_sets(tmp_path / "sets.h5", sets, type(shape))
    found = read_shape_sets(tmp_path / "sets.h5")
    assert {s.name: [shape is None for shape in s.shapes] for s in found} == {
        "draw 0": [False, True, False], "empty": [], "lost": [True, True]}  # fmt: skip
    assert [s.is_draw for s in found] == [True, False, False]
    for name, value in vars(shape).items():
        np.testing.assert_array_equal(getattr(found[0].shapes[2], name), value)
