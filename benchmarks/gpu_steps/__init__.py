"""The steps of `gpu.py`: what is measured, in order, and each one's share of the time.

Nothing is imported here: processes that only sample start without torch.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One guarded step.

    Attributes:
        name: of the step.
        number: one to five, what the step belongs to: ceilings, correctness, time, sampling, a
            real run.
        share: of the time that is left, beside those of the steps after it.
    """

    name: str
    number: int
    share: float


STEPS = (
    Step("ceilings", 1, 3),
    Step("correctness", 2, 13),
    Step("fitting", 3, 24),
    Step("training", 3, 6),
    Step("profile", 3, 5),
    Step("networks", 3, 7),
    Step("alternative", 3, 10),
    Step("sampling", 4, 4),
    Step("real_run", 5, 30),
)
