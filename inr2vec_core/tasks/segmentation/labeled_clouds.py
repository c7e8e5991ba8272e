"""Clouds whose points have parts: a data set's own, and those that are rebuilt of it."""

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
AT_ONCE = 256  # clouds that are read at once
NAMED = 3  # shapes left out that a warning names


@dataclass(frozen=True)
class LabeledCloud:
    """A shape's points (n, 3) float32 with the global numbers of their parts (n,) int64."""

    shape_id: str
    class_name: str
    points: np.ndarray
    labels: np.ndarray


def part_labels(data: ShardedShapes) -> Iterator[tuple[str, PartLabels]]:
    """Class and labels of each shape, from which `Parts.of` makes the parts of a data set.

    Raises:
        InputError: a shape has no labels.
    """
    for batch in data.in_order(AT_ONCE, ["shapes"]):
        for name, class_name, shape in _shapes_of(batch):
            try:
                yield class_name, shape.part_labels()
            except BadShape as error:
                raise InputError(f"{name}: {error}; parts cannot be learnt from it") from error


class PartDataset(ShardedShapes):
    """The clouds of some splits whose parts are known; others are left out with a warning.

    Args:
        shape_files: shards of clouds with labels.
        splits: which splits to keep.
        parts: the parts of the training shapes.
        copies: whether to keep the augmented copies.
        embedded: ids of the shapes that have an embedding, where one is needed.

    Attributes:
        left_out: how many shapes were.

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
        for batch in self.in_order(AT_ONCE, ["shapes"]):
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
        first = "; ".join(f"{self.shape_id[i]}: {reasons[i]}" for i in bad[:NAMED])
        message = f"{len(bad)} of {len(reasons)} shapes of {', '.join(splits)} cannot be segmented"
        if len(bad) == len(reasons):
            raise InputError(f"{message}: {first}")
        more = ", ..." if len(bad) > NAMED else ""
        _log.warning("%s and are left out: %s%s", message, first, more)
        kept = [i for i, reason in enumerate(reasons) if not reason]
        self.rows = self.rows[kept]
        self.shape_id, self.class_name, self.split = (
            [column[i] for i in kept] for column in (self.shape_id, self.class_name, self.split)
        )

    def labelled(self, batch: Batch) -> list[LabeledCloud]:
        """A batch's clouds with their parts."""
        return [
            LabeledCloud(name, class_name, shape.points, self.parts.labels(class_name, shape.parts))
            for name, class_name, shape in _shapes_of(batch)
        ]

    def clouds(self) -> Iterator[LabeledCloud]:
        """All clouds with their parts, in stored order."""
        for batch in self.in_order(AT_ONCE, ["shapes"]):
            yield from self.labelled(batch)


def rebuilt_clouds(rebuilt: ShardedShapes, originals: PartDataset) -> Iterator[LabeledCloud]:
    """Rebuilt clouds with the labels of the nearest points of their originals (Table 3).

    Those whose originals were left out are too.
    """
    where = {name: row for row, name in enumerate(originals.shape_id)}
    for batch in rebuilt.in_order(AT_ONCE, ["shapes"]):
        found = {name: shape for name, _, shape in _shapes_of(batch) if name in where}
        if not found:
            continue
        index = np.array([where[name] for name in found])
        known = Batch(
            list(found), [originals.class_name[i] for i in index],
            originals.read(index, ["shapes"]),
        )  # fmt: skip
        for original in originals.labelled(known):
            points = found[original.shape_id].points
            labels = labels_from_original(points, original.points, original.labels)
            yield LabeledCloud(original.shape_id, original.class_name, points, labels)


def labels_from_original(
    rebuilt: np.ndarray, original: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Labels of the nearest original points: (m, 3), (n, 3), (n,) -> (m,)."""
    return labels[cKDTree(original).query(rebuilt)[1]]


def _shapes_of(batch: Batch) -> Iterator[tuple[str, str, Shape]]:
    return zip(batch.shape_id, batch.class_name, batch.columns["shapes"], strict=True)


def _reason(parts: Parts, class_name: str, shape: Shape) -> str:
    """Why a shape's parts cannot be used; nothing if they can."""
    try:
        parts.labels(class_name, shape.part_labels())
    except BadShape as error:
        return str(error)
    return ""
