"""The steps' code by name; importing it imports all that they need."""

from gpu_steps import (
    ceilings,
    correctness,
    fitting,
    profile,
    real_run,
    sampling,
    specialized,
    training,
)

CASES = {
    "ceilings": ceilings.cases,
    "correctness": correctness.cases,
    "fitting": fitting.cases,
    "training": training.cases,
    "profile": profile.cases,
    "networks": specialized.cases,
    "alternative": fitting.alternative_cases,
    "sampling": sampling.cases,
    "real_run": real_run.cases,
}
