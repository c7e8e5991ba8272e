"""Whether a validation curve still improved at the end of a training."""

import logging
import math
from dataclasses import dataclass

from inr2vec_core.training.trainer import _log


@dataclass(frozen=True)
class ConvergenceCheck:
    """Whether a validation curve still improves at its end.

    A schedule that lets the learning rate fall to 0 flattens the end of any curve: a flat one says
    that more epochs of the same schedule's end would gain nothing, not that a longer one would.

    Attributes:
        gain: how much better the last eighth of the validations is than the eighth before: the
            difference of mean accuracies, or by what share a mean distance fell. NaN where there
            are fewer than `FEWEST`.
        allowed: gains up to this are noise.
    """

    gain: float
    allowed: float

    @property
    def flat(self) -> bool | None:
        """Whether the last quarter of the epochs was not needed any more; None if unknown."""
        return None if math.isnan(self.gain) else self.gain <= self.allowed

    def report(self, label: str) -> None:
        """Say it: to the log, and as a warning where the curve improves or nothing is known."""
        if self.flat is None:
            _log.warning(
                "%s: fewer than %d validations cannot tell whether it was trained long enough",
                label, FEWEST,
            )  # fmt: skip
            return
        level, word = (logging.INFO, "is flat") if self.flat else (logging.WARNING, "improves")
        _log.log(
            level, "%s: the validation curve %s over the last quarter of its epochs: by %.1f "
            "(up to %.1f is noise)", label, word, 100 * self.gain, 100 * self.allowed,
        )  # fmt: skip


FEWEST = 8  # validations that a curve is judged by


def convergence_of_accuracy(
    history: list[dict[str, float]], score: str, n: int, least: float = 0.01
) -> ConvergenceCheck:
    """Compare the two halves of the last quarter of a curve of accuracies.

    Args:
        history: rows of `TrainingResult.history`. score: the key of an accuracy in [0, 1].
        n: validation shapes, from which the accuracy's standard error follows; one of them
            alone never counts, nor do gains up to `least`.
    """
    before, last = _last_quarter(history, score)
    error = math.sqrt(max(last * (1 - last), 0) / n)
    return ConvergenceCheck(last - before, max(least, 1.001 / n, error))  # beyond rounding


def convergence_of_mean(
    history: list[dict[str, float]], score: str, error: str, least: float = 0.01
) -> ConvergenceCheck:
    """Compare the two halves of the last quarter of a curve of means over shapes.

    Args:
        history, score, least: as above. error: the key of the mean's standard error.
    """
    (before, last), (_, allowed) = (_last_quarter(history, key) for key in (score, error))
    return ConvergenceCheck(last - before, max(least, allowed))


def convergence_of_distance(
    history: list[dict[str, float]], score: str, least: float = 0.03
) -> ConvergenceCheck:
    """Compare the two halves of the last quarter of a curve of distances.

    Args:
        history, score: as above, a positive distance. least: the share that is noise.
    """
    before, last = _last_quarter(history, score)
    return ConvergenceCheck(1 - last / before, least)


def _last_quarter(history: list[dict[str, float]], score: str) -> tuple[float, float]:
    """Means of the last eighth but one, and of the last eighth of the validations."""
    values = [row[score] for row in history if score in row]
    if len(values) < FEWEST:
        return math.nan, math.nan
    half = len(values) // 8
    return sum(values[-2 * half : -half]) / half, sum(values[-half:]) / half
