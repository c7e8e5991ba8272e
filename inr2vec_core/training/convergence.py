"""Whether a validation curve still improved at the end of a training."""

import logging
import math
from dataclasses import dataclass

_log = logging.getLogger(__name__)

MIN_VALIDATIONS = 8  # with fewer, a curve is not judged


@dataclass(frozen=True)
class ConvergenceCheck:
    """Whether a validation curve still improves at its end.

    A schedule that lowers the learning rate to 0 flattens the end of any curve. A converged curve
    therefore says that more epochs at the schedule's end would gain nothing, not that a longer
    schedule would gain nothing.

    Attributes:
        gain: how much better the last eighth of the validations is than the eighth before: the
            difference of mean accuracies, or the share by which a mean distance fell. NaN where
            there are fewer than `MIN_VALIDATIONS`.
        tolerance: gains up to this are noise.
    """

    gain: float
    tolerance: float

    @property
    def converged(self) -> bool | None:
        """Whether the last quarter of the epochs gained nothing; None if that is unknown."""
        return None if math.isnan(self.gain) else self.gain <= self.tolerance

    def report(self, label: str) -> None:
        """Log the verdict, as a warning where the curve still improves or cannot be judged."""
        if self.converged is None:
            _log.warning(
                "%s: fewer than %d validations cannot tell whether it was trained long enough",
                label, MIN_VALIDATIONS,
            )  # fmt: skip
            return
        level, verdict = (
            (logging.INFO, "is flat") if self.converged else (logging.WARNING, "improves")
        )
        _log.log(
            level, "%s: the validation curve %s over the last quarter of its epochs: by %.1f "
            "(up to %.1f is noise)", label, verdict, 100 * self.gain, 100 * self.tolerance,
        )  # fmt: skip


def convergence_of_accuracy(
    history: list[dict[str, float]], score: str, n: int, tolerance: float = 0.01
) -> ConvergenceCheck:
    """Compare the two halves of the last quarter of a curve of accuracies.

    Args:
        history: rows of `TrainingResult.history`.
        score: the key of an accuracy in [0, 1].
        n: number of validation shapes, which gives the accuracy's standard error. A gain of one
            shape never counts.
        tolerance: gains up to this are noise.
    """
    before, last = _last_quarter(history, score)
    error = math.sqrt(max(last * (1 - last), 0) / n)
    return ConvergenceCheck(last - before, max(tolerance, 1.001 / n, error))  # beyond rounding


def convergence_of_mean(
    history: list[dict[str, float]], score: str, error: str, tolerance: float = 0.01
) -> ConvergenceCheck:
    """Compare the two halves of the last quarter of a curve of means over shapes.

    Args:
        history: rows of `TrainingResult.history`.
        score: the key of the mean.
        error: the key of the mean's standard error; gains up to it are noise.
        tolerance: gains up to this are noise.
    """
    (before, last), (_, standard_error) = (_last_quarter(history, key) for key in (score, error))
    return ConvergenceCheck(last - before, max(tolerance, standard_error))


def convergence_of_distance(
    history: list[dict[str, float]], score: str, tolerance: float = 0.03
) -> ConvergenceCheck:
    """Compare the two halves of the last quarter of a curve of distances.

    Args:
        history: rows of `TrainingResult.history`.
        score: the key of a positive distance.
        tolerance: the share of the distance up to which a fall is noise.
    """
    before, last = _last_quarter(history, score)
    return ConvergenceCheck(1 - last / before, tolerance)


def _last_quarter(history: list[dict[str, float]], score: str) -> tuple[float, float]:
    """Means over the last eighth but one and over the last eighth of the validations."""
    values = [row[score] for row in history if score in row]
    if len(values) < MIN_VALIDATIONS:
        return math.nan, math.nan
    half = len(values) // 8
    return sum(values[-2 * half : -half]) / half, sum(values[-half:]) / half
