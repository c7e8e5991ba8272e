"""A class's embeddings, and samples of the Gaussian that is fitted to them."""

import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.tasks.generation.class_embeddings import ClassEmbeddings
from inr2vec_core.tasks.generation.gaussian import gaussian_samples


def of_class(x, name="chair"):
    return ClassEmbeddings(name, x, x[:1])


# ---------------------------------------------------------------------------- one class


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


# ---------------------------------------------------------------------------- the Gaussian


def test_samples_have_the_mean_and_covariance_of_many_embeddings(rng):
    mixing = np.array([[2.0, 0, 0], [1, 1, 0], [0, 0, 0.3]])
    x = 5 + rng.standard_normal((4000, 3)) @ mixing.T
    samples = gaussian_samples(of_class(x), 20_000, 0)
    assert samples.shape == (20_000, 3) and samples.dtype == np.float32
    np.testing.assert_allclose(samples.mean(0), 5, atol=0.1)
    np.testing.assert_allclose(np.cov(samples.T), mixing @ mixing.T, atol=0.2)


def test_few_shapes_suffice_for_many_dimensions(rng):
    x = rng.standard_normal((5, 64))
    samples = gaussian_samples(of_class(x), 80, 0)
    assert np.linalg.matrix_rank(samples - x.mean(0)) == 64
    assert samples.std() == pytest.approx(x.std(), rel=0.2)


def test_samples_of_two_shapes_lie_on_their_line(rng):
    a, b = x = rng.standard_normal((2, 64))
    samples = gaussian_samples(of_class(x), 50, 0).astype("f8")
    at = (samples - a) @ (b - a) / ((b - a) @ (b - a))
    np.testing.assert_allclose(samples, a + at[:, None] * (b - a), atol=1e-5)
    assert at.min() < 0 and at.max() > 1


def test_samples_depend_on_seed_class_and_draw_alone(rng):
    x = rng.random((10, 4))

    def samples(seed=0, draw=0, name="chair"):
        return gaussian_samples(of_class(x, name), 6, seed, draw)

    np.testing.assert_array_equal(samples(), samples())
    for other in (samples(seed=1), samples(draw=1), samples(name="car")):
        assert not np.isclose(samples(), other).any()
