"""Clouds whose points have part labels: those of a data set, and reconstructed ones."""

import logging
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.shapes import PartLabels, Shape
from inr2vec_core.io.sharded_dataset import Batch, ShardedShapes
from inr2vec_core.tasks.segmentation.parts import Parts

_log = logging.getLogger(__name__)
READ_BATCH = 256  # clouds that are read at once
MAX_NAMED = 3  # shapes that a warning names


@dataclass(frozen=True)
class LabeledCloud:
    """A cloud with part labels.

    Attributes:
        shape_id: the shape's id.
        class_name: the shape's class.
        points: (n, 3) float32.
        labels: (n,) int64, global numbers of parts.
    """

    shape_id: str
    class_name: str
    points: np.ndarray
    labels: np.ndarray


def part_labels(data: ShardedShapes) -> Iterator[tuple[str, PartLabels]]:
    """Read the class and the part labels of each shape, from which `Parts.of` collects parts.

    Args:
        data: clouds with labels.

    Yields:
        The class and the labels of a shape.

    Raises:
        InputError: a shape has no labels.
    """
    for batch in data.in_order(READ_BATCH, ["shapes"]):
        for name, class_name, shape in _shapes_of(batch):
            try:
                yield class_name, shape.part_labels()
            except BadShape as error:
                raise InputError(f"{name}: {error}; parts cannot be learned from it") from error


class PartDataset(ShardedShapes):
    """Clouds with part labels; clouds that cannot be used are left out with a warning.

    Args:
        shape_files: shards of clouds with labels.
        splits: the splits to keep.
        parts: the parts of the training shapes.
        copies: whether to keep augmented copies.
        embedded: ids of the shapes that have an embedding; None where none is needed.

    Attributes:
        parts: as given.
        left_out: the number of shapes that were left out.

    Raises:
        InputError: no shape is left.
    """

    def __init__(
        self,
        shape_files: Sequence[str | Path],
        splits: Sequence[str],
        parts: Parts,
        copies: bool = False,
        embedded: Container[str] | None = None,
    ):
        super().__init__(shape_files, shape_files, splits, copies)
        self.parts = parts
        reasons = []
        for batch in self.in_order(READ_BATCH, ["shapes"]):
            for name, class_name, shape in _shapes_of(batch):
                if embedded is not None and name not in embedded:
                    reasons.append("it has no embedding")
                else:
                    reasons.append(_reason(parts, class_name, shape))
        self._leave_out(reasons, splits)

    def _leave_out(self, reasons: list[str], splits: Sequence[str]) -> None:
        bad = [i for i, reason in enumerate(reasons) if reason]
        self.left_out = len(bad)
        if not bad:
            return
        first = "; ".join(f"{self.shape_id[i]}: {reasons[i]}" for i in bad[:MAX_NAMED])
        message = f"{len(bad)} of {len(reasons)} shapes of {', '.join(splits)} cannot be segmented"
        if len(bad) == len(reasons):
            raise InputError(f"{message}: {first}")
        more = ", ..." if len(bad) > MAX_NAMED else ""
        _log.warning("%s and are left out: %s%s", message, first, more)
        kept = [i for i, reason in enumerate(reasons) if not reason]
        self.rows = self.rows[kept]
        self.shape_id, self.class_name, self.split = (
            [column[i] for i in kept] for column in (self.shape_id, self.class_name, self.split)
        )

    def labeled(self, batch: Batch) -> list[LabeledCloud]:
        """The clouds of a batch with their labels."""
        return [
            LabeledCloud(name, class_name, shape.points, self.parts.labels(class_name, shape.parts))
            for name, class_name, shape in _shapes_of(batch)
        ]

    def clouds(self) -> Iterator[LabeledCloud]:
        """Iterate over all clouds with their labels, in stored order."""
        for batch in self.in_order(READ_BATCH, ["shapes"]):
            yield from self.labeled(batch)


def reconstructed_clouds(
    reconstructed: ShardedShapes, originals: PartDataset
) -> Iterator[LabeledCloud]:
    """Label reconstructed clouds by the nearest points of their originals (paper, Table 3).

    Args:
        reconstructed: clouds without labels; those whose originals were left out are skipped.
        originals: the clouds of the same shapes with labels.

    Yields:
        The reconstructed clouds with labels.
    """
    row_of = {name: row for row, name in enumerate(originals.shape_id)}
    for batch in reconstructed.in_order(READ_BATCH, ["shapes"]):
        found = {name: shape for name, _, shape in _shapes_of(batch) if name in row_of}
        if not found:
            continue
        index = np.array([row_of[name] for name in found])
        batch_of_originals = Batch(
            list(found), [originals.class_name[i] for i in index],
            originals.read(index, ["shapes"]),
        )  # fmt: skip
        for original in originals.labeled(batch_of_originals):
            points = found[original.shape_id].points
            labels = labels_from_original(points, original.points, original.labels)
            yield LabeledCloud(original.shape_id, original.class_name, points, labels)


def labels_from_original(
    points: np.ndarray, original: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Give each point the label of the nearest original point.

    Args:
        points: (m, 3) points of a reconstructed cloud.
        original: (n, 3) points of the original.
        labels: (n,) labels of the original points.

    Returns:
        (m,) labels.
    """
    return labels[cKDTree(original).query(points)[1]]


def _shapes_of(batch: Batch) -> Iterator[tuple[str, str, Shape]]:
    return zip(batch.shape_id, batch.class_name, batch.columns["shapes"], strict=True)


def _reason(parts: Parts, class_name: str, shape: Shape) -> str:
    """Why a shape's labels cannot be used; empty if they can."""
    try:
        parts.labels(class_name, shape.part_labels())
    except BadShape as error:
        return str(error)
    return ""
