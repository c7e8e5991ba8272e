"""A shard's shapes: prepared, augmented in the training split alone, bad ones set aside."""

import numpy as np
import pytest

from inr2vec_core.preparation import ShapeSettings
from inr2vec_core.shapes import place, prepare_shapes
from inr2vec_core.sources import Source


@pytest.fixture
def sources(tmp_path, rng):
    """Three good clouds and a bad one, as files."""
    made = []
    for k, (split, cloud) in enumerate([
        ("train", rng.normal(size=(40, 3))), ("val", rng.normal(size=(32, 3))),
        ("train", np.full((40, 3), np.nan)), ("test", rng.normal(size=(50, 3))),
    ]):  # fmt: skip
        path = tmp_path / f"{k}.npy"
        np.save(path, cloud)
        made.append(Source(f"bed/{k}", "bed", split, str(path)))
    return made


SMALL = ShapeSettings(points=32)


def by_id(shard):
    clouds = [shape.points for shape in shard.shapes]
    return dict(zip(shard.columns["shape_id"], clouds, strict=True))


def test_clouds_are_of_one_size_in_the_unit_sphere(sources):
    clouds = by_id(prepare_shapes(sources, SMALL, 0, seed=0))
    assert list(clouds) == ["bed/0", "bed/1", "bed/3"]
    for cloud in clouds.values():
        assert cloud.shape == (32, 3) and cloud.dtype == np.float32
        assert np.linalg.norm(cloud, axis=1).max() == pytest.approx(1, abs=1e-6)


def test_a_bad_shape_is_set_aside_with_its_file_and_reason(sources):
    (rejected,) = prepare_shapes(sources, SMALL, 0, seed=0).rejected
    assert rejected.shape_id == "bed/2"
    assert rejected.source == sources[2].path
    assert "finite" in rejected.reason


def test_training_shapes_alone_get_augmented_copies(sources):
    shard = prepare_shapes(sources, SMALL, 2, seed=0)
    columns = shard.columns
    assert columns["shape_id"] == ["bed/0", "bed/0@1", "bed/0@2", "bed/1", "bed/3"]
    assert columns["augmentation"] == [0, 1, 2, 0, 0]
    assert columns["split"] == ["train"] * 3 + ["val", "test"]
    assert columns["source"] == [sources[0].path] * 3 + [sources[1].path, sources[3].path]
    original, first, second = (shape.points for shape in shard.shapes[:3])
    assert not np.allclose(first, original) and not np.allclose(first, second)


def test_a_shape_does_not_depend_on_the_others_of_its_shard(sources):
    together = by_id(prepare_shapes(sources, SMALL, 1, seed=0))
    alone = by_id(prepare_shapes(sources[:1], SMALL, 1, seed=0))
    for shape_id, cloud in alone.items():
        np.testing.assert_array_equal(cloud, together[shape_id])


def test_procedural_shapes_need_no_file():
    source = Source("chair/0", "chair", "train", "", 0)
    shard = prepare_shapes([source], ShapeSettings(points=64), 0, seed=0)
    assert shard.columns["source"] == ["procedural[0]"]
    assert shard.shapes[0].points.shape == (64, 3)


def test_no_sources_make_a_shard_without_rows():
    shard = prepare_shapes([], SMALL, 0, seed=0)
    assert all(column == [] for column in shard.columns.values())


@pytest.mark.parametrize("source, expected", [
    (Source("a", "a", "train", "x/a.off"), "x/a.off"),
    (Source("a", "a", "train", "x/data.h5", 7), "x/data.h5[7]"),
    (Source("a", "a", "train", "", 3), "procedural[3]"),
])  # fmt: skip
def test_places_are_named_for_people(source, expected):
    assert place(source) == expected
