"""The embeddings of one class, which is all that a generator learns from."""

from dataclasses import dataclass

import numpy as np

from inr2vec_core.errors import InputError
from inr2vec_core.io.embeddings import EmbeddingSet


@dataclass(frozen=True)
class ClassEmbeddings:
    """Embeddings of a class's training and validation shapes, (n, e) and (m, e) float32.

    Raises:
        InputError: there are fewer than two different training embeddings or no validation
            embedding, or some are not finite.
    """

    class_name: str
    train: np.ndarray
    validation: np.ndarray

    def __post_init__(self):
        name, n, m = self.class_name, len(self.train), len(self.validation)
        if n < 2 or m < 1:
            raise InputError(
                f"class {name} has {n} training and {m} validation embedding(s): a generator needs "
                "at least 2 and 1; add shapes, or leave the class out"
            )
        bad = sum(int((~np.isfinite(x).all(1)).sum()) for x in (self.train, self.validation))
        if bad:
            raise InputError(
                f"{bad} embedding(s) of class {name} are not finite; train the encoder with a "
                "lower learning rate"
            )
        if (self.train == self.train[0]).all():
            raise InputError(
                f"all {n} training embeddings of class {name} are the same: the encoder tells "
                "nothing; train it anew, or leave the class out"
            )

    @classmethod
    def of(cls, data: EmbeddingSet, class_name: str) -> "ClassEmbeddings":
        """Those of a data set; a class that it does not have is one without shapes."""
        own = np.array([data.classes[k] == class_name for k in data.labels], bool)
        return cls(class_name, *(data.x[own & (data.split == s)] for s in ("train", "val")))
