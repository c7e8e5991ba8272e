"""The parts of points, from the sources through thinning and augmentation to a shard and back."""

import h5py
import numpy as np
import pytest

from inr2vec_core.geometry.frames import normalize
from inr2vec_core.geometry.preprocessing import ShapeSettings, thinned
from inr2vec_core.geometry.raw import Cloud, Mesh
from inr2vec_core.geometry.shapes import CloudShape, MeshShape, PartLabels
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import read_shapes, shape_columns
from inr2vec_core.modalities import modality
from unit.shapes.helpers import SQUARES, halves, names

SMALL = ShapeSettings(points=64)


def prepare(geometry, settings, rng):
    return modality(settings.field).prepare(geometry, settings, rng)


# ---------------------------------------------------------------------------- one shape


def test_points_have_the_part_of_the_face_that_they_lie_on(rng):
    shape, preparation, _ = prepare(SQUARES, SMALL, rng)
    assert preparation == "cloud" and shape.parts.index.dtype == np.int16
    assert shape.parts.index.shape == (64,)
    # Normalised, the squares lie on both sides of z = 0.
    assert (names(shape) == np.where(shape.points[:, 2] > 0, "upper", "lower")).all()
    assert set(names(shape)) == {"upper", "lower"}


@pytest.mark.parametrize("n", [64, 500])  # as they are; thinned
def test_points_keep_their_parts_when_a_cloud_is_thinned(n, rng):
    cloud = halves(n, rng)
    shape, _, _ = prepare(cloud, SMALL, rng)
    left = names(shape) == "left"
    assert 0 < left.sum() < 64
    assert shape.points[left, 0].max() < shape.points[~left, 0].min()


def test_labels_take_nothing_from_the_random_stream(rng):
    for geometry in (SQUARES, halves(200, rng)):
        plain = normalize(thinned(geometry, 64, np.random.default_rng(5))[0])
        shape, _, _ = prepare(geometry, SMALL, np.random.default_rng(5))
        np.testing.assert_array_equal(shape.points, plain)


def test_augmented_copies_keep_their_parts(rng):
    shape, _, _ = prepare(SQUARES, SMALL, rng)
    copy = shape.stretched(rng)
    assert not np.allclose(copy.points, shape.points)
    assert (names(copy) == names(shape)).all()
    assert (names(copy) == np.where(copy.points[:, 2] > 0, "upper", "lower")).all()


@pytest.mark.parametrize("settings", [
    ShapeSettings(field="sdf"), ShapeSettings(field="occ", points=64, resolution=8),
])  # fmt: skip
def test_other_fields_leave_parts_out(settings, rng):
    box = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    faces = [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
             [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]  # fmt: skip
    shape, _, _ = prepare(Mesh(box, np.array(faces), np.zeros(12, int), ("side",)), settings, rng)
    assert isinstance(shape, MeshShape) or shape.parts is None


def test_geometry_without_parts_has_none(rng):
    assert prepare(Cloud(rng.random((80, 3))), SMALL, rng)[0].parts is None
    assert prepare(Mesh(SQUARES.vertices, SQUARES.faces), SMALL, rng)[0].parts is None


# ---------------------------------------------------------------------------- a shard


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
