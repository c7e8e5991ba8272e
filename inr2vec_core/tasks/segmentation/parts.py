"""Which parts the shapes of each category have, numbered through all categories."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.shapes import PartLabels
from inr2vec_core.io.atomic import atomic

COLUMNS = ["part", "class", "name", "points"]


@dataclass(frozen=True)
class Parts:
    """The P parts of C classes, in the order of their global numbers.

    A part is a class and a name: the legs of chairs and of tables are two parts. Classes are
    sorted, and within a class the names, numbers in them by their value; so the parts of a class
    have successive numbers. A class may have a single part: all its points are predicted right,
    and its IoU is always 1.

    Attributes:
        pairs: (class, name) of each part. points: how many points it was found at.
    """

    pairs: tuple[tuple[str, str], ...]
    points: tuple[int, ...]

    @classmethod
    def of(cls, labelled: Iterable[tuple[str, PartLabels]]) -> "Parts":
        """The parts that some shapes' points have: (class, labels) of each shape.

        Names that no point has are no parts: nothing could be learnt of them.

        Raises:
            BadShape: a point has no label.
            InputError: there are no shapes.
        """
        counts: Counter[tuple[str, str]] = Counter()
        for class_name, labels in labelled:
            _check(labels)
            number = np.bincount(labels.index, minlength=len(labels.names))
            for name, count in zip(labels.names, number.tolist(), strict=True):
                counts[class_name, name] += count
        pairs = sorted((pair for pair, n in counts.items() if n), key=_order)
        if not pairs:
            raise InputError("there is no shape with labelled points to learn parts from")
        return cls(tuple(pairs), tuple(counts[pair] for pair in pairs))

    @classmethod
    def read(cls, path: str | Path) -> "Parts":
        """Read what `write` wrote.

        Raises:
            InputError: the file is no such table.
        """
        try:
            # As text: parts may be called "0", and a class "nan".
            table = pd.read_csv(path, dtype=str, keep_default_na=False)[COLUMNS]
            pairs = tuple(zip(table["class"], table["name"], strict=True))
            points = tuple(map(int, table["points"]))
            in_order = list(table["part"]) == [str(i) for i in range(len(table))]
        except (OSError, ValueError, KeyError) as error:
            raise InputError(
                f"{path}: no table of parts ({error}); remove it and run again"
            ) from error
        if not pairs or not in_order or list(pairs) != sorted(set(pairs), key=_order):
            raise InputError(
                f"{path}: the parts are not those of a data set in their order; "
                "remove it and run again"
            )
        return cls(pairs, points)

    def write(self, path: str | Path) -> None:
        """Write a CSV table of part (the number), class, name and points."""
        rows = [
            (number, *pair, points)
            for number, (pair, points) in enumerate(zip(self.pairs, self.points, strict=True))
        ]
        with atomic(path) as temporary:
            pd.DataFrame(rows, columns=COLUMNS).to_csv(temporary, index=False)

    def __len__(self) -> int:
        return len(self.pairs)

    @cached_property
    def classes(self) -> list[str]:
        """The classes, sorted: (C,)."""
        return sorted({class_name for class_name, _ in self.pairs})

    @cached_property
    def of_class(self) -> np.ndarray:
        """Which parts belong to which class: (C, P) bool."""
        owner = np.array([class_name for class_name, _ in self.pairs])
        return np.array(self.classes)[:, None] == owner

    def numbers(self, class_name: str) -> range:
        """The global numbers of a class's parts.

        Raises:
            BadShape: no training shape is of this class.
        """
        own = np.flatnonzero(self.of_class[self._class_number(class_name)])
        return range(int(own[0]), int(own[-1]) + 1)

    def names(self, class_name: str) -> list[str]:
        """The names of a class's parts, in the order of `numbers`; raises as that does."""
        return [self.pairs[number][1] for number in self.numbers(class_name)]

    def labels(self, class_name: str, labels: PartLabels) -> np.ndarray:
        """Global numbers of a shape's labels: (n,) int64.

        Raises:
            BadShape: the class or one of the parts is in no training shape, or a point has no
                label; the message names it, and the parts that there are.
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
        """What networks are told of shapes' classes: (b, C) float32; raises as `numbers` does."""
        return np.eye(len(self.classes), dtype=np.float32)[self._class_numbers(class_name)]

    def allowed(self, class_name: Sequence[str]) -> np.ndarray:
        """The parts that shapes of these classes can have: (b, P) bool; raises as `numbers`."""
        return self.of_class[self._class_numbers(class_name)]

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
