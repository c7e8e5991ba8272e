"""Embeddings read from Parquet, classes as numbers."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.io.embeddings import EmbeddingSet, embeddings_by_shape, read_embeddings


def write(path, x):
    column = pa.FixedSizeListArray.from_arrays(pa.array(x.reshape(-1)), x.shape[1])
    rows = len(x)
    pq.write_table(pa.table({
        "shape_id": [f"s{k}" for k in range(rows)], "class": ["lamp", "bed", "lamp"][:rows],
        "split": ["train", "val", "test"][:rows], "embedding": column,
    }), path)  # fmt: skip
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
