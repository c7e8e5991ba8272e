"""What a step of `gpu.py` gets, and how its cases are run one by one."""

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import torch

Row = dict[str, object]
SKIPPED = "skipped: the step's share of the time is used up"


@dataclass(frozen=True)
class Context:
    """The run's settings, as a step sees them.

    Attributes:
        device_name: "cuda" or "cpu".
        tiny: whether everything is as small as it can be.
        threads: CPU cores to use.
        deadline: when the step should have ended, on `time.monotonic`'s clock, in seconds.
        data: a file of `packed.py`; None for simple generated shapes.
        earlier: rows of the steps before, by the step's name.
    """

    device_name: str
    tiny: bool
    threads: int
    deadline: float
    data: str | None = None
    earlier: Mapping[str, list[Row]] = field(default_factory=dict)

    @property
    def device(self) -> torch.device:
        return torch.device(self.device_name)

    def left(self) -> float:
        """Seconds until the deadline, negative past it."""
        return self.deadline - time.monotonic()

    def known(self, step: str, column: str, **labels: object) -> float | None:
        """A figure of an earlier step, or None where it was not measured.

        Args:
            step: the step's name.
            column: of the figure.
            labels: what the row must say in other columns.
        """
        for row in self.earlier.get(step, []):
            if column in row and all(row.get(k) == v for k, v in labels.items()):
                return row[column]
        return None


@dataclass(frozen=True)
class Case:
    """One thing to measure.

    Attributes:
        labels: the columns that say what it is.
        measure: gives the row's other columns, or several rows one after another.
        seconds: it is not begun with less time left.
    """

    labels: Row
    measure: Callable[[], Row | Iterable[Row]]
    seconds: float = 0.5


def run_cases(cases: Iterable[Case], context: Context) -> Iterator[Row]:
    """Run cases in order, whatever becomes of each.

    Args:
        cases: the step's cases, made while they are run.
        context: the step's context.

    Yields:
        Rows. One that failed has `error`, one that memory did not suffice for or that was not
        begun has `note`.
    """
    for case in cases:
        if context.left() < case.seconds:
            yield case.labels | {"note": SKIPPED}
            continue
        try:
            found = case.measure()
            for row in [found] if isinstance(found, dict) else found:
                yield case.labels | row
        except torch.OutOfMemoryError:
            yield case.labels | {"note": "out of memory"}
        except Exception:
            yield case.labels | {"error": traceback.format_exc()}
        # Out of the `except` clauses, whose traceback would keep the case's tensors alive.
        if context.device_name == "cuda":
            found = None
            torch.cuda.empty_cache()
