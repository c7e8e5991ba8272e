"""The vocabulary of parts: the parts of each class, numbered through all classes."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.shapes import PartLabels
from inr2vec_core.io.sealed import read_csv, write_csv

COLUMNS = ["part", "class", "name", "n_points"]


@dataclass(frozen=True)
class Parts:
    """The P parts of C classes, in the order of their global numbers.

    A part is a class and a name: the legs of chairs and of tables are two parts. They are sorted by
    class and then by name, numbers in names by their value, so the parts of a class have successive
    numbers. Where a class has a single part, the IoU of its shapes is always 1.

    Attributes:
        pairs: (P,) the class and the name of each part.
        n_points: (P,) the number of training points of each part.
    """

    pairs: tuple[tuple[str, str], ...]
    n_points: tuple[int, ...]

    @classmethod
    def of(cls, labeled_shapes: Iterable[tuple[str, PartLabels]]) -> "Parts":
        """Collect the parts of shapes.

        Names that no point has are left out, since nothing could be learned about them.

        Args:
            labeled_shapes: the class and the labels of each shape.

        Raises:
            BadShape: a point has no label.
            InputError: there are no shapes.
        """
        counts: Counter[tuple[str, str]] = Counter()
        for class_name, labels in labeled_shapes:
            _check(labels)
            found = np.bincount(labels.index, minlength=len(labels.names))
            for name, count in zip(labels.names, found.tolist(), strict=True):
                counts[class_name, name] += count
        pairs = sorted((pair for pair, n in counts.items() if n), key=_order)
        if not pairs:
            raise InputError("there is no shape with labeled points to learn parts from")
        return cls(tuple(pairs), tuple(counts[pair] for pair in pairs))

    @classmethod
    def read(cls, path: str | Path) -> "Parts":
        """Read what `write` wrote.

        Args:
            path: the CSV file.

        Raises:
            InputError: the file is missing or damaged.
        """
        rows = read_csv(path, COLUMNS)
        pairs = tuple((row["class"], row["name"]) for row in rows)
        return cls(pairs, tuple(int(row["n_points"]) for row in rows))

    def write(self, path: str | Path) -> None:
        """Write a CSV table with the columns part (the number), class, name and n_points.

        Args:
            path: the file to write.
        """
        rows = [
            (number, *pair, n)
            for number, (pair, n) in enumerate(zip(self.pairs, self.n_points, strict=True))
        ]
        write_csv(path, COLUMNS, rows)

    def __len__(self) -> int:
        return len(self.pairs)

    @cached_property
    def classes(self) -> list[str]:
        """The classes, sorted: (C,)."""
        return sorted({class_name for class_name, _ in self.pairs})

    @cached_property
    def in_class(self) -> np.ndarray:
        """(C, P) bool: whether a part belongs to a class."""
        class_of_part = np.array([class_name for class_name, _ in self.pairs])
        return np.array(self.classes)[:, None] == class_of_part

    def numbers(self, class_name: str) -> range:
        """The global numbers of a class's parts.

        Args:
            class_name: the class.

        Raises:
            BadShape: no training shape is of this class.
        """
        numbers = np.flatnonzero(self.in_class[self._class_number(class_name)])
        return range(int(numbers[0]), int(numbers[-1]) + 1)

    def names(self, class_name: str) -> list[str]:
        """The names of a class's parts, in the order of `numbers`; raises as that does."""
        return [self.pairs[number][1] for number in self.numbers(class_name)]

    def labels(self, class_name: str, labels: PartLabels) -> np.ndarray:
        """Convert a shape's labels to global numbers.

        Args:
            class_name: the shape's class.
            labels: the labels of n points.

        Returns:
            (n,) int64 numbers of parts.

        Raises:
            BadShape: no training shape has the class or one of the parts, or a point has no label.
        """
        known = dict(zip(self.names(class_name), self.numbers(class_name), strict=True))
        _check(labels)
        numbers = np.array([known.get(name, -1) for name in labels.names], np.int64)[labels.index]
        unknown = np.flatnonzero(numbers < 0)
        if len(unknown):
            raise BadShape(
                f"class {class_name!r} has no part {labels.names[labels.index[unknown[0]]]!r} in "
                f"the training shapes, only {', '.join(known)}"
            )
        return numbers

    def one_hot(self, class_name: Sequence[str]) -> np.ndarray:
        """The classes of shapes as inputs of networks: (b, C) float32; raises as `numbers`."""
        return np.eye(len(self.classes), dtype=np.float32)[self._class_numbers(class_name)]

    def allowed(self, class_name: Sequence[str]) -> np.ndarray:
        """The parts that shapes of classes can have: (b, P) bool; raises as `numbers`."""
        return self.in_class[self._class_numbers(class_name)]

    def _class_numbers(self, class_name: Sequence[str]) -> np.ndarray:
        return np.array([self._class_number(name) for name in class_name], np.int64)

    def _class_number(self, class_name: str) -> int:
        if class_name not in self.classes:
            raise BadShape(
                f"no training shape is of class {class_name!r}, only of {', '.join(self.classes)}"
            )
        return self.classes.index(class_name)


def _order(pair: tuple[str, str]) -> tuple:
    """Classes by name; names as people sort them, "leg 2" before "leg 10"."""
    class_name, name = pair
    # Texts and numbers take turns, so that a text is never compared with a number.
    pieces = [int(s) if k % 2 else s for k, s in enumerate(re.split(r"([0-9]+)", name))]
    return class_name, pieces, name


def _check(labels: PartLabels) -> None:
    bad = (labels.index < 0) | (labels.index >= len(labels.names))
    if bad.any():
        raise BadShape(f"{bad.sum()} of {len(bad)} points have no part label")
