"""Pairs of embeddings of the same shapes in two data sets."""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd

from inr2vec_core.errors import InputError
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.shapes.pairing import FRAME, complete_id, counterpart

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pairs:
    """Embeddings of n pairs, in the order of the source shapes.

    Several sources may have one target, as partial clouds of one shape do.

    Attributes:
        source_id: (n,) ids of the source shapes.
        target_id: (n,) ids of the target shapes.
        class_name: (n,) classes of the target shapes.
        split: (n,) splits, the same of source and target.
        x: (n, e) embeddings of the source shapes.
        y: (n, f) embeddings of the target shapes.
        unmatched: ids of shapes of either data set without a counterpart.
    """

    source_id: list[str]
    target_id: list[str]
    class_name: np.ndarray
    split: np.ndarray
    x: np.ndarray
    y: np.ndarray
    unmatched: tuple[str, ...] = ()

    @classmethod
    def match(cls, source: EmbeddingSet, target: EmbeddingSet) -> "Pairs":
        """Pair shapes by id; a partial cloud is paired with its complete one (`counterpart`).

        Args:
            source: embeddings of the source data set.
            target: embeddings of the target data set.

        Raises:
            InputError: no ids match, a split has no pair, or a shape's splits differ, so that test
                shapes would be trained on.
        """
        row_of = {name: i for i, name in enumerate(target.shape_id)}
        partial = all(complete_id(name) != name for name in source.shape_id)
        target_id = [counterpart(name, row_of, partial) for name in source.shape_id]
        rows = np.array([i for i, name in enumerate(target_id) if name in row_of], int)
        unmatched = [
            name
            for name, target_name in zip(source.shape_id, target_id, strict=True)
            if target_name not in row_of
        ]
        if len(rows) == 0:
            raise InputError(
                f"no shape of the source, first {source.shape_id[0]}, is in the target, first "
                f"{target.shape_id[0]}: mapped data sets must have the same shapes' ids"
            )
        target_rows = np.array([row_of[target_id[i]] for i in rows])
        unmatched += sorted(set(target.shape_id) - {target_id[i] for i in rows})
        differing = np.flatnonzero(source.split[rows] != target.split[target_rows])
        if len(differing):
            i, j = rows[differing[0]], target_rows[differing[0]]
            raise InputError(
                f"{source.shape_id[i]} is a {source.split[i]} shape, its target a "
                f"{target.split[j]} shape: both data sets must be split alike"
            )
        for split in ("train", "val", "test"):
            if split not in source.split[rows]:
                raise InputError(f"no pair of shapes of the {split} split: add some")
        return cls(
            [source.shape_id[i] for i in rows], [target.shape_id[j] for j in target_rows],
            np.array(target.classes)[target.labels[target_rows]], source.split[rows],
            source.x[rows], target.x[target_rows], tuple(unmatched),
        )  # fmt: skip

    def report(self, label: str) -> None:
        """Log a warning if shapes have no counterpart.

        Args:
            label: the name of the mapping in the message.
        """
        if self.unmatched:
            _log.warning(
                "%s: %d shape(s) have no counterpart and are left out, first %s",
                label, len(self.unmatched), self.unmatched[0],
            )  # fmt: skip


def without_copies(data: EmbeddingSet, manifest: pd.DataFrame) -> EmbeddingSet:
    """Remove the embeddings of augmented copies, whose frames no pair could share.

    Args:
        data: embeddings of a data set.
        manifest: the columns shape_id, and augmentation: 0 for an original.
    """
    copies = set(manifest["shape_id"][manifest["augmentation"] > 0])
    return data.where(np.array([name not in copies for name in data.shape_id], bool))


def share_a_frame(pairs: Pairs, source: pd.DataFrame, target: pd.DataFrame) -> bool:
    """Check whether the shapes of each pair are normalized to the same sphere.

    Args:
        pairs: the pairs.
        source: the manifest of the source: shape_id, center and scale, in the unit of the files.
        target: the manifest of the target.
    """
    a = source.set_index("shape_id").loc[pairs.source_id, list(FRAME)].to_numpy()
    b = target.set_index("shape_id").loc[pairs.target_id, list(FRAME)].to_numpy()
    return bool(np.all(np.abs(a - b) <= 1e-4 * np.maximum(a[:, 3:], b[:, 3:])))
