"""The columns of clouds in a shard, and the parts of their points among them."""

import h5py
import numpy as np
import pytest

from inr2vec_core.geometry.shapes import CloudShape, PartLabels
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import read_shapes, shape_columns
from unit.shapes.helpers import names


def written(path, shapes):
    write_shard(path, shape_columns(shapes, CloudShape))
    return h5py.File(path)


def some_points(rng, *part_names):
    """A cloud of six points, the first three of the first part."""
    labels = PartLabels(part_names, np.array([0, 0, 0, 1, 1, 1], np.int16)) if part_names else None
    return CloudShape(rng.normal(size=(6, 3)).astype(np.float32), labels)


@pytest.mark.parametrize("rows", [[0, 1, 2], [0, 2], [1]])
def test_parts_are_read_back_as_they_were_written(rows, rng, tmp_path):
    shapes = [some_points(rng, *n) for n in (("seat", "leg"), ("top", "leg"), ("arm", "seat"))]
    with written(tmp_path / "0.h5", shapes) as file:
        found = read_shapes(file, np.array(rows))
        assert file["parts"].dtype == np.int16 and file["parts"].shape == (3, 6)
        assert file["part_names"].asstr()[:].tolist() == ["arm", "leg", "seat", "top"]
    for row, shape in zip(rows, found, strict=True):
        assert (names(shape) == names(shapes[row])).all()
        np.testing.assert_array_equal(shape.points, shapes[row].points)
        assert shape.parts.index.dtype == np.int16
    assert len({id(shape.parts.names) for shape in found}) == 1


def test_names_that_no_point_has_are_not_written(rng, tmp_path):
    shape = some_points(rng, "top", "leg", "drawer")
    with written(tmp_path / "0.h5", [shape]) as file:
        assert read_shapes(file, np.array([0]))[0].parts.names == ("leg", "top")


def test_clouds_with_and_without_parts_can_share_a_file(rng, tmp_path):
    shapes = [some_points(rng), some_points(rng, "top", "leg"), some_points(rng)]
    with written(tmp_path / "0.h5", shapes) as file:
        first, second, third = read_shapes(file, np.arange(3))
    assert first.parts is None and third.parts is None
    assert (names(second) == names(shapes[1])).all()


def test_a_shard_without_parts_is_what_it_was(rng, tmp_path):
    with written(tmp_path / "0.h5", [some_points(rng), some_points(rng)]) as file:
        assert list(file) == ["points"]
        assert read_shapes(file, np.array([1]))[0].parts is None
    assert list(shape_columns([], CloudShape)) == ["points"]
