"""The baseline of generators: samples of a Gaussian fitted to a class's embeddings."""

import numpy as np
from sklearn.covariance import LedoitWolf

from inr2vec_core.tasks.generation.class_embeddings import ClassEmbeddings
from inr2vec_core.utils.seeding import numpy_stream


def gaussian_samples(data: ClassEmbeddings, n: int, seed: int, draw: int = 0) -> np.ndarray:
    """Sample embeddings with the training embeddings' mean and Ledoit-Wolf covariance.

    The covariance (Ledoit & Wolf 2004) is shrunk toward a multiple of the identity, the more the
    fewer shapes there are for the dimensions. Two shapes give samples on the line through both.

    Args:
        data: the embeddings of a class.
        n: the number of samples.
        seed: the seed of all draws.
        draw: the number of the draw; each draw of each class has a random stream of its own.

    Returns:
        (n, e) float32 embeddings.
    """
    fitted = LedoitWolf().fit(data.train.astype(np.float64))
    noise = numpy_stream(seed, "gaussian", data.class_name, draw).standard_normal(
        (n, data.train.shape[1])
    )
    variances, axes = np.linalg.eigh(fitted.covariance_)
    # The symmetric root does not depend on the signs and order of the axes.
    root = (axes * np.sqrt(variances.clip(0))) @ axes.T
    return (fitted.location_ + noise @ root).astype(np.float32)
