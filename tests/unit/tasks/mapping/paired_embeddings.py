"""Pairs of embeddings that the tests of this folder share."""

import numpy as np

from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.tasks.mapping.pairs import Pairs

SPLITS = ["train"] * 24 + ["val"] * 6 + ["test"] * 6


def embeddings(ids, splits, x):
    return EmbeddingSet.of(ids, ["chair"] * len(ids), splits, np.asarray(x, np.float32))


def complete_ids(n=36):
    return [f"chair/{k:02d}" for k in range(n)]


def linear_pairs(seed=0, e=6, f=4):
    """Targets that are a linear map of the sources."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(36, e))
    y = x @ rng.normal(size=(e, f))
    ids = complete_ids()
    return Pairs.match(embeddings([f"{i}~00" for i in ids], SPLITS, x), embeddings(ids, SPLITS, y))
