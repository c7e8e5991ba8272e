"""Point clouds: labels, queries and what outputs stand for."""

import numpy as np
import pytest
import torch

from inr2vec_core.geometry.frames import normalize
from inr2vec_core.geometry.preprocessing import ShapeSettings, thinned
from inr2vec_core.geometry.queries import SCALE, QuerySampling, dequantize, sample_coordinates
from inr2vec_core.geometry.raw import Cloud, Mesh
from inr2vec_core.geometry.shapes import CloudShape, MeshShape
from inr2vec_core.modalities import modality
from inr2vec_core.modalities._base import CLIP
from unit.shapes.helpers import SQUARES, halves, names

UDF = modality("udf")


def of(points, stream=None):
    """The surface that these points are."""
    stream = stream or np.random.default_rng(7)
    return lambda count: points[stream.integers(len(points), size=count)]


def seeded(seed=0):
    return np.random.default_rng(seed)


def generator():
    return torch.Generator().manual_seed(0)


def test_labels_fall_linearly_from_one_on_the_surface_to_zero_at_a_tenth():
    queries = np.array([[0, 0, 0], [0.05, 0, 0], [0, -0.1, 0], [0, 0, 0.3], [1, 1, 1]])
    labels = UDF.label_queries(np.zeros((1, 3)), queries)
    assert labels.dtype == np.float32
    np.testing.assert_allclose(labels, [1, 0.5, 0, 0, 0], atol=1e-7)


def test_the_nearest_point_counts():
    points = np.array([[0, 0, 0], [0.06, 0, 0]])
    np.testing.assert_allclose(
        UDF.label_queries(points, np.array([[0.04, 0, 0]])), [0.8], atol=1e-6
    )


def test_logits_and_distances_of_outputs():
    logits = torch.tensor([0.0, 100.0, -100.0])
    torch.testing.assert_close(UDF.values(logits), torch.tensor([CLIP / 2, 0, CLIP]))
    torch.testing.assert_close(UDF.values(logits, "mse"), torch.tensor([0.0, 100.0, 0.0]))


def test_outputs_that_fit_the_labels_give_the_distance_back(rng):
    points, queries = rng.uniform(-1, 1, (20, 3)), rng.uniform(-1, 1, (50, 3))
    labels = torch.from_numpy(UDF.label_queries(points, queries)).double()
    distance = np.linalg.norm(points[None] - queries[:, None], axis=2).min(1)
    found = UDF.values(torch.logit(labels)).numpy()
    np.testing.assert_allclose(found, np.minimum(distance, CLIP), atol=1e-7)


def test_mse_is_of_distances_clipped_at_a_tenth():
    # Label 1 is distance 0, label 0 is distance 0.1.
    value, _ = UDF.loss_and_gradient("mse")(torch.tensor([[0.02, 0.1]]), torch.tensor([[1.0, 0.0]]))
    assert float(value) == pytest.approx(0.02**2 / 2)


def test_a_label_belongs_exactly_to_its_stored_coordinates(rng):
    points = rng.uniform(-1, 1, (64, 3)).astype(np.float32)
    stored = UDF.sample_queries(CloudShape(points), 300, QuerySampling(), rng)
    assert stored.shape == (300, 4) and stored.dtype == np.int16
    read = stored[:, :3].astype(np.float32) / SCALE
    assert np.array_equal(stored[:, 3], np.rint(UDF.label_queries(points, read) * SCALE))


def test_labels_around_a_single_point_are_its_distance():
    coords, labels = dequantize(
        torch.from_numpy(
            UDF.sample_queries(
                CloudShape(np.zeros((1, 3), np.float32)), 400, QuerySampling(), seeded()
            )
        )
    )
    expected = (1 - coords.norm(dim=1) / 0.1).clamp(min=0)
    torch.testing.assert_close(labels, expected, rtol=0, atol=0.51 / SCALE)
    assert (labels == 0).any() and (labels == 1).any()


def test_quantising_moves_a_coordinate_by_half_a_step_at_most(rng):
    points = rng.uniform(-1, 1, (10, 3)).astype(np.float32)
    # The same stream twice: the same coordinates before and after.
    stream = seeded(3)
    exact = sample_coordinates(of(points, stream), 200, QuerySampling(), stream)
    coords, _ = dequantize(
        torch.from_numpy(UDF.sample_queries(CloudShape(points), 200, QuerySampling(), seeded(3)))
    )
    assert np.abs(coords.numpy() - exact).max() <= 0.5 / SCALE + 1e-7


def test_the_same_stream_gives_the_same_queries(rng):
    points = rng.uniform(-1, 1, (10, 3)).astype(np.float32)
    first, second, other = (
        UDF.sample_queries(CloudShape(points), 50, QuerySampling(), seeded(s)) for s in (1, 1, 2)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_the_floor_of_a_cloud_lies_on_its_points(rng):
    cloud = CloudShape(rng.uniform(-0.5, 0.5, (40, 3)).astype(np.float32))
    floor = UDF.oracle(cloud, 100, generator())
    assert floor.points.shape == (100, 3)
    to_nearest = np.linalg.norm(floor.points[:, None] - cloud.points[None], axis=2).min(1)
    assert to_nearest.max() < 1e-5


# ---------------------------------------------------------------------------- parts of points

SMALL = ShapeSettings(points=64)


def prepare(geometry, settings, rng):
    return modality(settings.field).prepare(geometry, settings, rng)


def test_points_have_the_part_of_the_face_that_they_lie_on(rng):
    shape, preparation, _ = prepare(SQUARES, SMALL, rng)
    assert preparation == "cloud" and shape.parts.index.dtype == np.int16
    assert shape.parts.index.shape == (64,)
    # Normalized, the squares lie on both sides of z = 0.
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
