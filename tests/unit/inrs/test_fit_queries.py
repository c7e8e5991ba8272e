"""The queries of fits: how many, and that each shape's are its own."""

import numpy as np
import pytest
import torch

from inr2vec_core.geometry.queries import QuerySampling, dequantize
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.inrs.fit_queries import draw_queries, number_of_queries
from inr2vec_core.inrs.fitting import FirstSteps, FitSettings
from inr2vec_core.modalities import modality

UDF = modality("udf")


def shape(radius):
    points = np.random.default_rng(0).normal(size=(100, 3))
    return CloudShape((radius * points / np.linalg.norm(points, axis=1)[:, None]).astype("f4"))


SHAPES = {"a": shape(0.4), "b": shape(0.8), "c": shape(0.6)}


def drawn(*names, n=50, seed=0):
    return draw_queries(UDF, names, [SHAPES[k] for k in names], n, QuerySampling(), seed)


@pytest.mark.parametrize(
    ("steps", "first", "expected"), [(300, 0, 1000), (3, 0, 60), (0, 4, 40), (3, 4, 100)]
)
def test_no_more_are_drawn_than_the_steps_read(steps, first, expected):
    before = FirstSteps(torch.ones(1), first, 10) if first else None
    assert number_of_queries(1000, FitSettings(steps, queries=20), before) == expected


def test_they_are_labeled_by_their_own_shape():
    queries, offsets = drawn("a", "b")
    assert queries.shape == (2, 50, 4) and queries.dtype == torch.int16
    for name, coords, labels in zip("ab", *dequantize(queries), strict=True):
        expected = UDF.label_queries(SHAPES[name].points, coords.numpy())
        np.testing.assert_allclose(labels.numpy(), expected, atol=1e-4)
    assert offsets.dtype == torch.int64 and (offsets >= 0).all() and (offsets < 50).all()


def test_a_shapes_queries_depend_on_its_name_and_the_seed_alone():
    (one, start), (other, other_start) = drawn("a", "b", "c"), drawn("c", "a")
    assert torch.equal(one[2], other[0]) and torch.equal(one[0], other[1])
    assert start[2] == other_start[0] and start[0] == other_start[1]
    assert not torch.equal(one[0], drawn("a", seed=1)[0][0])
