"""Samples of the Gaussian that is fitted to a class's embeddings."""

import numpy as np
import pytest

from inr2vec_core.tasks.generation.class_embeddings import ClassEmbeddings
from inr2vec_core.tasks.generation.gaussian import gaussian_samples


def of_class(x, name="chair"):
    return ClassEmbeddings(name, x, x[:1])


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
