"""Samples of a Gaussian fitted to a class's embeddings: what a generator has to be better than."""

import numpy as np
from sklearn.covariance import LedoitWolf

from inr2vec_core.tasks.generation.class_embeddings import ClassEmbeddings
from inr2vec_core.utils.seeding import numpy_stream


def gaussian_samples(data: ClassEmbeddings, n: int, seed: int, draw: int = 0) -> np.ndarray:
    """New embeddings of the training embeddings' mean and Ledoit-Wolf covariance.

    The covariance (Ledoit & Wolf 2004) is shrunk towards a multiple of the identity, the more the
    fewer shapes there are for the dimensions; two shapes give samples on the line through both.

    Args: draw: its number; each has a random stream of its own, as each class has.

    Returns: (n, e) float32.
    """
    fitted = LedoitWolf().fit(data.train.astype(np.float64))
    noise = numpy_stream(seed, "gaussian", data.class_name, draw).standard_normal(
        (n, data.train.shape[1])
    )
    variances, axes = np.linalg.eigh(fitted.covariance_)
    # The symmetric root, which no choice of axes changes.
    root = (axes * np.sqrt(variances.clip(0))) @ axes.T
    return (fitted.location_ + noise @ root).astype(np.float32)
