"""The embeddings of a data set in a Parquet file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from inr2vec_core.errors import InputError
from inr2vec_core.io.frames import read_arrow, write_arrow


@dataclass(frozen=True)
class EmbeddingSet:
    """Shapes with their classes and embeddings.

    Attributes:
        shape_id: (n,) ids of the shapes.
        split: (n,) array of text: "train", "val" or "test".
        labels: (n,) int64, numbers of classes.
        classes: names of the classes, sorted.
        x: (n, e) float32 embeddings, or other inputs of a classifier; None where only the labels
            are needed.
    """

    shape_id: list[str]
    split: np.ndarray
    labels: np.ndarray
    classes: list[str]
    x: np.ndarray | None = None

    @classmethod
    def of(cls, shape_id, class_name, split, x=None) -> "EmbeddingSet":
        """Build a set from columns; classes are numbered in sorted order.

        Args:
            shape_id: (n,) ids of the shapes.
            class_name: (n,) names of their classes.
            split: (n,) their splits.
            x: (n, e) float32, or None.
        """
        classes, labels = np.unique(np.array(class_name), return_inverse=True)
        return cls(list(shape_id), np.array(split), labels.astype(np.int64), classes.tolist(), x)

    def where(self, keep: np.ndarray) -> "EmbeddingSet":
        """Select shapes; the numbers of the classes stay.

        Args:
            keep: (n,) bool.
        """
        names = [name for name, kept in zip(self.shape_id, keep, strict=True) if kept]
        x = None if self.x is None else self.x[keep]
        return replace(self, shape_id=names, split=self.split[keep], labels=self.labels[keep], x=x)


def read_embeddings(path: str | Path) -> EmbeddingSet:
    """Read a Parquet file with the columns shape_id, class, split and embedding.

    Args:
        path: the file to read.

    Returns:
        The embeddings sorted by shape id, so that neither the batches of a training nor ties of
        nearest neighbors depend on shards.

    Raises:
        InputError: the file is missing or damaged, or some embeddings are not finite; the message
            names the first.
    """
    table = read_arrow(path)[0].sort_by("shape_id")
    column = table["embedding"].combine_chunks()
    x = column.flatten().to_numpy().reshape(len(table), -1).astype(np.float32)
    names = [table[name].to_pylist() for name in ("shape_id", "class", "split")]
    bad = np.flatnonzero(~np.isfinite(x).all(1))
    if len(bad):
        raise InputError(
            f"{path}: {len(bad)} embeddings are not finite, first of "
            f"{names[0][bad[0]]}; train the encoder with a lower learning rate"
        )
    return EmbeddingSet.of(*names, x)


def embeddings_by_shape(path: str | Path) -> dict[str, np.ndarray]:
    """Read the embeddings of a file by shape id.

    Args:
        path: the file to read.

    Returns:
        Shape id -> (e,) float32.

    Raises:
        InputError: as `read_embeddings`.
    """
    data = read_embeddings(path)
    return dict(zip(data.shape_id, data.x, strict=True))


def write_embeddings(
    path: str | Path,
    shape_id: Sequence[str],
    class_name: Sequence[str],
    split: Sequence[str],
    x: np.ndarray,
    **metadata,
) -> None:
    """Write embeddings as `read_embeddings` reads them.

    Args:
        path: the file to write.
        shape_id: (n,) ids of the shapes.
        class_name: (n,) their classes.
        split: (n,) their splits.
        x: (n, e) float32 embeddings.
        metadata: further entries of the file's metadata, stored as text.
    """
    column = pa.FixedSizeListArray.from_arrays(pa.array(x.reshape(-1)), x.shape[1])
    names = ("shape_id", "class", "split", "embedding")
    table = pa.table(dict(zip(names, (shape_id, class_name, split, column), strict=True)))
    write_arrow(path, table, {k: str(v) for k, v in metadata.items()})


def read_metadata(path: str | Path) -> dict[str, str]:
    """Read the further entries of a file's metadata, which `write_embeddings` stored.

    Args:
        path: the file to read.

    Raises:
        InputError: the file is missing or damaged.
    """
    return read_arrow(path)[1]
