"""Clouds with classes and splits in one small file: 16 bits a coordinate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gpu_steps.shapes import CLASSES, simple_cloud
from inr2vec_core.geometry.frames import Frame
from inr2vec_core.io.atomic import atomic

STEPS = 32767
SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Clouds:
    """Raw clouds.

    Attributes:
        points: (n, p, 3) float32, in their files' units.
        labels: (n,) int, numbers of `classes`.
        split: (n,) text, of `SPLITS`.
        classes: their names.
    """

    points: np.ndarray
    labels: np.ndarray
    split: np.ndarray
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.points)

    def where(self, index: np.ndarray) -> "Clouds":
        """Some of the clouds, in the order of `index`."""
        return replace(
            self, points=self.points[index], labels=self.labels[index], split=self.split[index]
        )

    def in_turns(self, shares: Sequence[int] = (7, 1, 2)) -> "Clouds":
        """All clouds in an order of which every beginning is spread over splits and classes.

        Args:
            shares: of train, val and test among ten that follow one another; a split that has run
                out is left out.
        """
        turns = np.full(len(self), np.inf)
        for name, part in zip(SPLITS, shares, strict=True):
            for label in range(len(self.classes)):
                mine = np.flatnonzero((self.split == name) & (self.labels == label))
                turns[mine] = (np.arange(len(mine)) + 0.5) / part
        return self.where(np.lexsort((self.labels, turns)))


def write_packed(path: Path, clouds: Clouds) -> None:
    """Write clouds, each rounded in its own frame.

    Args:
        path: of an npz file, which appears whole or not at all.
        clouds: what to write.
    """
    frames = [Frame.of(points) for points in clouds.points]
    placed = [f.place(p) for f, p in zip(frames, clouds.points, strict=True)]
    with atomic(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            points=np.rint(np.array(placed) * STEPS).astype(np.int16),
            center=np.array([f.center for f in frames]),
            scale=np.array([f.scale for f in frames]),
            labels=clouds.labels.astype(np.uint8),
            split=np.array([SPLITS.index(s) for s in clouds.split], np.uint8),
            classes=np.array(clouds.classes),
        )


def read_packed(path: str | Path) -> Clouds:
    """Read what `write_packed` wrote, in the units that the clouds had."""
    with np.load(path, allow_pickle=False) as file:
        points = file["points"] / STEPS * file["scale"][:, None, None] + file["center"][:, None]
        return Clouds(
            points.astype(np.float32),
            file["labels"].astype(np.int64),
            np.array(SPLITS)[file["split"]],
            tuple(file["classes"].tolist()),
        )


def made_clouds(per_class: int, points: int = 256) -> Clouds:
    """Simple solids, three fifths of them to train on.

    Args:
        per_class: clouds of each class, at least five.
        points: of each cloud.
    """
    rng = np.random.default_rng(0)
    labels = np.arange(per_class * len(CLASSES)) % len(CLASSES)
    split = np.array(["train", "train", "train", "val", "test"])
    return Clouds(
        np.stack([simple_cloud(CLASSES[k], points, rng) for k in labels]),
        labels,
        split[np.arange(len(labels)) // len(CLASSES) % 5],
        CLASSES,
    )
