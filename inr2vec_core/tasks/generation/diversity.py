"""Whether a generator lost the variety of what it learnt from."""

import logging
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import pdist, squareform

_log = logging.getLogger(__name__)
LEAST = 0.25  # of either ratio; below, a generator counts as collapsed


@dataclass(frozen=True)
class Diversity:
    """How much as many generated embeddings vary as there are training embeddings, against those.

    Attributes:
        spread: ratio of the mean distances between two embeddings of a set; about 1 where the
            generator is right, 0 where all its samples are one.
        neighbours: ratio of the median distances to the nearest other of the set; near 0 where
            the samples are copies of a few, however far these lie apart.
    """

    spread: float
    neighbours: float

    @classmethod
    def of(cls, generated: np.ndarray, train: np.ndarray) -> "Diversity":
        """Of generated (at least n, e) and training embeddings (n, e), which differ."""
        (spread, near), (own_spread, own_near) = map(_distances, (generated[: len(train)], train))
        # Where most training embeddings have a twin, copies are what was to be learnt.
        return cls(spread / own_spread, near / own_near if own_near else 1.0)

    @property
    def collapsed(self) -> bool:
        return not min(self.spread, self.neighbours) >= LEAST  # nor NaN

    def report(self, label: str) -> None:
        """Say it: to the log, and as a warning where the generator collapsed."""
        level, word = (
            (logging.WARNING, "collapsed; train it longer or with another learning rate")
            if self.collapsed
            else (logging.INFO, "did not collapse")
        )
        _log.log(
            level, "%s: the generator %s: its samples are %.2f times as far from one another as "
            "the training embeddings, and %.2f times as far from the nearest other (collapsed: "
            "below %.2f)", label, word, self.spread, self.neighbours, LEAST,
        )  # fmt: skip


def _distances(x: np.ndarray) -> tuple[float, float]:
    """Mean distance of two rows, and median distance to the nearest other row."""
    pairs = squareform(pdist(x.astype(np.float64)))
    off_diagonal = np.where(np.eye(len(x), dtype=bool), np.inf, pairs)
    return float(pairs.sum() / (len(x) * (len(x) - 1))), float(np.median(off_diagonal.min(1)))
