"""Queries of shapes in training: fresh ones, or from a pool of each shape's."""

import numpy as np
import pytest
import trimesh

from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.geometry.shapes import CloudShape, MeshShape
from inr2vec_core.modalities import modality
from inr2vec_core.training.query_source import QuerySource

SPHERE = trimesh.creation.icosphere(subdivisions=1, radius=0.5)
SHAPES = {
    "udf": CloudShape(np.asarray(SPHERE.vertices, np.float32)),
    "sdf": MeshShape(SPHERE.vertices.astype(np.float32), SPHERE.faces.astype(np.int32)),
}


def drawn(source, field, stream, n=40):
    return source.draw("a", SHAPES[field], n, np.random.default_rng(stream))


def pool_of(source):
    ((_, pool),) = source.pools.values()
    return pool


def source_of(field, pool):
    return QuerySource(modality(field), QuerySampling(), 0, pool)


@pytest.mark.parametrize(("field", "pool"), [("udf", 100), ("sdf", 0)])
def test_without_a_pool_all_are_fresh(field, pool):
    source = source_of(field, pool)
    first, second = (drawn(source, field, stream) for stream in (1, 2))
    assert not source.pools
    expected = modality(field).sample_queries(
        SHAPES[field], 40, QuerySampling(), np.random.default_rng(1)
    )
    assert np.array_equal(first, expected)
    assert not np.array_equal(first, second)


def test_a_pool_is_the_shapes_own_and_no_query_comes_twice():
    source = source_of("sdf", 100)
    draws = [drawn(source, "sdf", stream) for stream in (1, 2)]
    assert len(pool_of(source)) == 100
    pool = {tuple(q) for q in pool_of(source).tolist()}
    for queries in draws:
        assert len({tuple(q) for q in queries.tolist()} & pool) == 40
    assert not np.array_equal(*draws)
    again = source_of("sdf", 100)
    drawn(again, "sdf", 9)
    assert np.array_equal(pool_of(again), pool_of(source))


def test_shapes_of_one_name_have_pools_of_their_own():
    source = source_of("sdf", 100)
    other = MeshShape(SHAPES["sdf"].vertices * 1.5, SHAPES["sdf"].faces)
    one = drawn(source, "sdf", 1)
    two = source.draw("a", other, 40, np.random.default_rng(1))
    assert len(source.pools) == 2 and not np.array_equal(one, two)
