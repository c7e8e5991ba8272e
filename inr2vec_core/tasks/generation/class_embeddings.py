"""The embeddings of one class, from which a generator learns."""

from dataclasses import dataclass

import numpy as np

from inr2vec_core.errors import InputError
from inr2vec_core.io.embeddings import EmbeddingSet


@dataclass(frozen=True)
class ClassEmbeddings:
    """The embeddings of a class's training and validation shapes.

    Attributes:
        class_name: the class.
        train: (n, e) float32.
        validation: (m, e) float32.

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
                f"all {n} training embeddings of class {name} are the same: the encoder "
                "distinguishes nothing; train it anew, or leave the class out"
            )

    @classmethod
    def of(cls, data: EmbeddingSet, class_name: str) -> "ClassEmbeddings":
        """Select the embeddings of a class.

        Args:
            data: the embeddings of a data set.
            class_name: the class.

        Raises:
            InputError: as above, also where the data set does not have the class.
        """
        of_class = np.array([data.classes[k] == class_name for k in data.labels], bool)
        return cls(class_name, *(data.x[of_class & (data.split == s)] for s in ("train", "val")))
