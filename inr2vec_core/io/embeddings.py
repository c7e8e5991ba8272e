"""A data set's embeddings with their classes as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from inr2vec_core.errors import InputError
from inr2vec_core.io.atomic import atomic


@dataclass(frozen=True)
class EmbeddingSet:
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
    def of(cls, shape_id, class_name, split, x=None) -> "EmbeddingSet":
        classes, labels = np.unique(np.array(class_name), return_inverse=True)
        return cls(list(shape_id), np.array(split), labels.astype(np.int64), classes.tolist(), x)

    def where(self, keep: np.ndarray) -> "EmbeddingSet":
        """The shapes that `keep` (n,) bool says; the numbers of the classes stay."""
        names = [name for name, kept in zip(self.shape_id, keep, strict=True) if kept]
        x = None if self.x is None else self.x[keep]
        return replace(self, shape_id=names, split=self.split[keep], labels=self.labels[keep], x=x)


def read_embeddings(path: str | Path) -> EmbeddingSet:
    """Read a Parquet file with shape_id, class, split and embedding, sorted by shape_id.

    Sorted, so that neither a training's batches nor ties of neighbours depend on shards.

    Raises:
        InputError: some embeddings are not finite; the message names the first.
    """
    table = pq.read_table(path).sort_by("shape_id")
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
    """The embeddings (e,) of a file by shape id; raises as `read_embeddings`."""
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
    """Write embeddings (n, e) float32 as `read_embeddings` reads them, with further metadata."""
    column = pa.FixedSizeListArray.from_arrays(pa.array(x.reshape(-1)), x.shape[1])
    names = ("shape_id", "class", "split", "embedding")
    table = pa.table(dict(zip(names, (shape_id, class_name, split, column), strict=True)))
    table = table.replace_schema_metadata({k: str(v) for k, v in metadata.items()})
    with atomic(path) as temporary:
        pq.write_table(table, temporary)
