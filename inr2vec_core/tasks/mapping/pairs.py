"""Embeddings of the same shapes in two data sets, and whether these share a frame."""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd

from inr2vec_core.errors import InputError
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.shapes.pairing import FRAME, complete_id

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pairs:
    """Embeddings of n pairs, sorted by the source's id.

    Several sources may have one target, as partial clouds have their complete one.

    Attributes:
        source_id, target_id: (n,) names. class_name: (n,) the target's. split: (n,) of both.
        x: (n, e) the source's embeddings. y: (n, f) the target's.
        unmatched: ids of either data set without a counterpart.
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
        """Pair shapes by id; a partial cloud's is that of its complete one (`complete_id`).

        Raises:
            InputError: no ids match, a split has no pair, or a shape's splits differ, so that test
                shapes would be trained on.
        """
        row_of = {name: i for i, name in enumerate(target.shape_id)}
        wanted = [complete_id(name) for name in source.shape_id]
        rows = np.array([i for i, name in enumerate(wanted) if name in row_of], int)
        unmatched = [
            name for name, other in zip(source.shape_id, wanted, strict=True) if other not in row_of
        ]
        if len(rows) == 0:
            raise InputError(
                f"no shape of the source, first {source.shape_id[0]}, is in the target, first "
                f"{target.shape_id[0]}: mapped data sets must have the same shapes' ids"
            )
        others = np.array([row_of[wanted[i]] for i in rows])
        unmatched += sorted(set(target.shape_id) - {wanted[i] for i in rows})
        moved = np.flatnonzero(source.split[rows] != target.split[others])
        if len(moved):
            i, j = rows[moved[0]], others[moved[0]]
            raise InputError(
                f"{source.shape_id[i]} is a {source.split[i]} shape, its target a "
                f"{target.split[j]} shape: both data sets must be split alike"
            )
        for split in ("train", "val", "test"):
            if split not in source.split[rows]:
                raise InputError(f"no pair of shapes of the {split} split: add some")
        return cls(
            [source.shape_id[i] for i in rows], [target.shape_id[j] for j in others],
            np.array(target.classes)[target.labels[others]], source.split[rows],
            source.x[rows], target.x[others], tuple(unmatched),
        )  # fmt: skip

    def report(self, label: str) -> None:
        """Warn of shapes without a counterpart."""
        if self.unmatched:
            _log.warning(
                "%s: %d shape(s) have no counterpart and are left out, first %s",
                label, len(self.unmatched), self.unmatched[0],
            )  # fmt: skip


def originals(data: EmbeddingSet, manifest: pd.DataFrame) -> EmbeddingSet:
    """Embeddings without those of augmented copies, which are in no frame that a pair could share.

    Args: manifest: shape_id, and augmentation, 0 for an original.
    """
    copies = set(manifest["shape_id"][manifest["augmentation"] > 0])
    return data.where(np.array([name not in copies for name in data.shape_id], bool))


def share_a_frame(pairs: Pairs, source: pd.DataFrame, target: pd.DataFrame) -> bool:
    """Whether each pair's shapes lie in one sphere, by the data sets' manifests.

    Args:
        source, target: shape_id, and centre and scale in the unit of the files.
    """
    a = source.set_index("shape_id").loc[pairs.source_id, list(FRAME)].to_numpy()
    b = target.set_index("shape_id").loc[pairs.target_id, list(FRAME)].to_numpy()
    return bool(np.all(np.abs(a - b) <= 1e-4 * np.maximum(a[:, 3:], b[:, 3:])))
