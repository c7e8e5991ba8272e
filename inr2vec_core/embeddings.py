"""A data set's embeddings with their classes as numbers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from .errors import InputError


@dataclass(frozen=True)
class Labelled:
    """Shapes with classes as numbers, and what a classifier reads of them.

    Attributes:
        shape_id: (n,) names. split: (n,) array of text. labels: (n,) int64 into `classes`.
        x: (n, e) float32, or None where the reader of a method has it elsewhere.
    """

    shape_id: list[str]
    split: np.ndarray
    labels: np.ndarray
    classes: list[str]
    x: np.ndarray | None = None

    @classmethod
    def of(cls, shape_id, class_name, split, x=None) -> "Labelled":
        classes, labels = np.unique(np.array(class_name), return_inverse=True)
        return cls(list(shape_id), np.array(split), labels.astype(np.int64), classes.tolist(), x)


def read_embeddings(path: str | Path) -> Labelled:
    """Read a Parquet file with shape_id, class, split and embedding.

    Raises:
        InputError: some embeddings are not finite; the message names the first.
    """
    table = pq.read_table(path)
    column = table["embedding"].combine_chunks()
    x = column.flatten().to_numpy().reshape(len(table), -1).astype(np.float32)
    names = [table[name].to_pylist() for name in ("shape_id", "class", "split")]
    bad = np.flatnonzero(~np.isfinite(x).all(1))
    if len(bad):
        raise InputError(
            f"{path}: {len(bad)} embeddings are not finite, first of "
            f"{names[0][bad[0]]}; train the encoder with a lower learning rate"
        )
    return Labelled.of(*names, x)
