"""Mode collapse: whether a generator's samples are as diverse as its training embeddings."""

import logging
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import pdist, squareform

_log = logging.getLogger(__name__)
THRESHOLD = 0.25  # of either ratio; below it, a generator has collapsed


@dataclass(frozen=True)
class Diversity:
    """The diversity of generated embeddings, relative to as many training embeddings.

    Attributes:
        spread: ratio of the mean distances between two embeddings of a set; about 1 for a good
            generator, 0 where all samples are the same.
        neighbors: ratio of the median distances to the nearest other embedding of the set; near 0
            where the samples are copies of a few, however far these lie apart.
    """

    spread: float
    neighbors: float

    @classmethod
    def of(cls, generated: np.ndarray, train: np.ndarray) -> "Diversity":
        """Compare generated with training embeddings.

        Args:
            generated: at least (n, e) embeddings, of which the first n are used.
            train: (n, e) embeddings, not all the same.
        """
        spread, nearest = _distances(generated[: len(train)])
        train_spread, train_nearest = _distances(train)
        # Where most training embeddings have a duplicate, duplicates are what was to be learned.
        return cls(spread / train_spread, nearest / train_nearest if train_nearest else 1.0)

    @property
    def collapsed(self) -> bool:
        """Whether either ratio is below the threshold, or not a number."""
        return not min(self.spread, self.neighbors) >= THRESHOLD

    def report(self, label: str) -> None:
        """Log the ratios, as a warning where the generator collapsed.

        Args:
            label: the name of the generator in the message.
        """
        level, verdict = (
            (logging.WARNING, "collapsed; train it longer or with another learning rate")
            if self.collapsed
            else (logging.INFO, "did not collapse")
        )
        _log.log(
            level, "%s: the generator %s: its samples are %.2f times as far from one another as "
            "the training embeddings, and %.2f times as far from the nearest other (collapsed: "
            "below %.2f)", label, verdict, self.spread, self.neighbors, THRESHOLD,
        )  # fmt: skip


def _distances(x: np.ndarray) -> tuple[float, float]:
    """Mean distance of two rows, and median distance to the nearest other row."""
    distances = squareform(pdist(x.astype(np.float64)))
    to_others = np.where(np.eye(len(x), dtype=bool), np.inf, distances)
    return float(distances.sum() / (len(x) * (len(x) - 1))), float(np.median(to_others.min(1)))
