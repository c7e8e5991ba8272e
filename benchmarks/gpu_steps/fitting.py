"""Step 3, fitting: a step and a whole fit, for several numbers of INRs at once."""

import functools
from collections import deque
from collections.abc import Callable, Iterator

import reference
import torch

from gpu_steps.ceilings import bandwidth, matrix_rate
from gpu_steps.context import Case, Context, Row
from gpu_steps.fits import DEPTH, LR, AutogradFit, LibraryFit, Queries, VmapFit, start
from gpu_steps.measure import (
    forget_peak,
    median_seconds,
    peak_gib,
    seconds_of,
    set_precision,
    share,
)
from inr2vec_core.inrs.fit_many import fit_many
from inr2vec_core.inrs.fitting import FitSettings
from inr2vec_core.inrs.kernels import plain
from inr2vec_core.inrs.siren_config import SirenConfig

SIZES = {(512, 10_000): (16, 4, 64), (64, 1024): (256, 16, 64), (128, 1024): (256, 16)}
TINY_SIZES = {(16, 64): (4, 2)}
STEPS = 500  # of a whole fit
LONGEST = 12.0  # seconds that a whole fit may take; a shorter one is scaled up


def cases(context: Context) -> Iterator[Case]:
    """The library and the plain way at every size; other precisions and paths at one number."""
    by_torch = functools.partial(LibraryFit, kernels=plain)
    for (width, queries), numbers in _sizes(context).items():
        torch.compiler.reset()  # as in a run, which has one size
        for n in numbers:
            ways = [("library", LibraryFit, "TF32"), ("plain autograd", AutogradFit, "TF32")]
            if n == numbers[0]:
                ways.insert(1, ("library", LibraryFit, "float32"))
                ways.insert(2, ("library, plain kernels", by_torch, "TF32"))
                for name, both in (("mixed", False), ("bfloat16", True)):
                    rounded = functools.partial(LibraryFit, forward=both)
                    ways.append((f"library, precision: {name}", rounded, "TF32"))
            for whose, make, precision in ways:
                yield step_case(context, width, queries, n, whose, make, precision)
            if n == numbers[0]:
                yield _whole_case(context, width, queries, n)


def alternative_cases(context: Context) -> Iterator[Case]:
    """vmap of the gradient, with and without torch's compiler."""
    backend = "eager" if context.tiny else "inductor"
    compiled = functools.partial(VmapFit, backend=backend)
    for (width, queries), numbers in _sizes(context).items():
        torch.compiler.reset()
        for n in numbers[:1]:
            for name, make, seconds in (
                (f"torch.compile(vmap(grad)), {backend}", compiled, 20.0),
                ("vmap(grad)", VmapFit, 2.0),
            ):
                case = step_case(context, width, queries, n, name, make, "TF32")
                yield Case(case.labels, case.measure, 1.0 if context.tiny else seconds)


def _sizes(context: Context) -> dict[tuple[int, int], tuple[int, ...]]:
    return TINY_SIZES if context.tiny else SIZES


def step_case(
    context: Context, width: int, queries: int, n: int, whose: str, make: Callable, precision: str
) -> Case:
    """A fitting step of n INRs.

    Args:
        context: of the step.
        width: of the INRs.
        queries: of each INR in a step.
        n: INRs at once.
        whose: the row's name of `make`.
        make: one of `fits.py`.
        precision: a key of `PRECISIONS`.
    """

    def measure() -> Row:
        set_precision(precision)
        forget_peak(context.device)
        flat, stored = start(width, n, queries, context.device)
        fit = make(flat, Queries(stored, queries), SirenConfig(width, DEPTH))
        seconds = median_seconds(fit.step, context.device, 0.05 if context.tiny else 0.7)
        flop = n * reference.flop_of_a_step(width, DEPTH, queries) / seconds
        row = {
            "ms": 1e3 * seconds,
            "INRs a second": n / (seconds * STEPS),
            "TFLOP/s": flop / 1e12,
            "share of matrix rate": share(flop, matrix_rate(context, precision)),
        }
        if whose == "library":
            moved = n * bytes_of_a_step(width, queries) / seconds
            row["share of bandwidth"] = share(moved, bandwidth(context))
        return row | peak_gib(context.device)

    return Case(_labels("step", width, queries, n, whose, precision), measure, 2.0)


def _whole_case(context: Context, width: int, queries: int, n: int) -> Case:
    def measure() -> Row:
        set_precision("TF32")
        forget_peak(context.device)
        flat, stored = (t.cpu() for t in start(width, n, queries, context.device))
        offsets = torch.zeros(n, dtype=torch.long)

        def fit(steps: int) -> None:
            loaded = lambda rows: (flat[rows], stored[rows], offsets[rows])  # noqa: E731
            settings = FitSettings(steps, queries, LR)
            shape = SirenConfig(width, DEPTH)
            fitted = fit_many(
                loaded, n, shape, settings, context.device, at_once=n, threads=context.threads
            )
            deque(fitted, maxlen=0)

        fit(2)
        pace = seconds_of(lambda: fit(10), context.device) / 10
        longest = 0.2 if context.tiny else min(LONGEST, context.left() / 3)
        steps = max(1, min(STEPS, int(longest / pace)))
        seconds = seconds_of(lambda: fit(steps), context.device)
        return {
            "steps": steps,
            "seconds": seconds,
            "INRs a second": n / (seconds * STEPS / steps),
        } | peak_gib(context.device)

    return Case(_labels("whole fit", width, queries, n, "library", "TF32"), measure, 4.0)


def _labels(what: str, width: int, queries: int, n: int, whose: str, precision: str) -> Row:
    return {
        "what": what, "size": f"{width}x{DEPTH}", "queries": queries, "INRs": n, "whose": whose,
        "precision": precision,
    }  # fmt: skip


def bytes_of_a_step(width: int, queries: int) -> int:
    """What one INR's step of the library reads and writes of activations, in bytes.

    A pass over the activations of a hidden layer: 2 of its product, 3 of sine and cosine, 2 of
    each gradient's product, 3 of its delta (not in the second layer); 2 + 2 of the first layer,
    1 + 3 of the head.
    """
    passes = 12 * (DEPTH - 1) - 3 + 8
    return 4 * width * queries * passes
