"""Embeddings read from Parquet, classes as numbers."""

import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.io.embeddings import (
    EmbeddingSet,
    embeddings_by_shape,
    read_embeddings,
    write_embeddings,
)


def write(path, x):
    ids, classes, splits = ["s0", "s1", "s2"], ["lamp", "bed", "lamp"], ["train", "val", "test"]
    write_embeddings(path, ids, classes, splits, x)
    return path


def test_rows_and_their_classes_in_sorted_order(tmp_path):
    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    data = read_embeddings(write(tmp_path / "e.parquet", x))
    np.testing.assert_array_equal(data.x, x)
    assert data.shape_id == ["s0", "s1", "s2"]
    assert data.classes == ["bed", "lamp"]
    assert data.labels.tolist() == [1, 0, 1] and data.labels.dtype == np.int64
    assert data.split.tolist() == ["train", "val", "test"]


def test_embeddings_by_shape_id(tmp_path):
    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    found = embeddings_by_shape(write(tmp_path / "e.parquet", x))
    assert list(found) == ["s0", "s1", "s2"] and np.array_equal(found["s1"], x[1])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_embeddings_that_are_not_finite_are_named(tmp_path, bad):
    x = np.zeros((3, 4), np.float32)
    x[1, 2] = x[2, 0] = bad
    path = write(tmp_path / "e.parquet", x)
    with pytest.raises(InputError, match=r"e\.parquet: 2 embeddings are not finite, first of s1"):
        read_embeddings(path)


def test_an_embedding_set_without_embeddings():
    data = EmbeddingSet.of(["a"], ["bed"], ["test"])
    assert data.x is None and data.labels.tolist() == [0]
