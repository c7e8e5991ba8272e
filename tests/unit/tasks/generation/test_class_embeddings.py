"""The embeddings of one class."""

import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.tasks.generation.class_embeddings import ClassEmbeddings


def test_the_embeddings_of_one_class_by_split():
    x = np.arange(14, dtype="f4").reshape(7, 2)
    names = ["car", "chair", "car", "car", "car", "chair", "car"]
    splits = ["train", "train", "val", "test", "train", "val", "train"]
    data = ClassEmbeddings.of(EmbeddingSet.of([f"{k}" for k in range(7)], names, splits, x), "car")
    np.testing.assert_array_equal(data.train, x[[0, 4, 6]])
    np.testing.assert_array_equal(data.validation, x[[2]])


@pytest.mark.parametrize("n, m", [(1, 3), (0, 3), (3, 0)])
def test_a_class_of_too_few_shapes_is_refused(n, m, rng):
    with pytest.raises(InputError, match=f"class lamp has {n} training and {m} val.*add shapes"):
        ClassEmbeddings("lamp", rng.random((n, 4)), rng.random((m, 4)))


def test_a_class_that_a_data_set_does_not_have_is_refused(rng):
    data = EmbeddingSet.of(["a", "b"], ["car", "car"], ["train", "val"], rng.random((2, 4)))
    with pytest.raises(InputError, match="class lamp has 0 training and 0 validation"):
        ClassEmbeddings.of(data, "lamp")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("where", [0, 1])
def test_embeddings_that_are_not_finite_are_refused(bad, where, rng):
    both = [rng.random((3, 4)), rng.random((2, 4))]
    both[where][1, 2] = bad
    with pytest.raises(InputError, match=r"1 embedding\(s\) of class lamp are not finite; train"):
        ClassEmbeddings("lamp", *both)


def test_embeddings_that_are_all_the_same_are_refused():
    with pytest.raises(InputError, match="all 3 training embeddings of class lamp are the same"):
        ClassEmbeddings("lamp", np.ones((3, 4)), np.ones((1, 4)))
