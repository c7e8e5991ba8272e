"""Times by device events, and memory."""

import statistics
import time
from collections.abc import Callable
from itertools import pairwise

import torch
from machine import synchronize

# Name in the tables -> as torch calls it.
PRECISIONS = {"float32": "highest", "TF32": "high"}


def set_precision(name: str) -> None:
    """Set what float32 matrix products are computed in.

    Args:
        name: a key of `PRECISIONS`, or torch's "medium".
    """
    torch.set_float32_matmul_precision(PRECISIONS.get(name, name))


def median_seconds(
    call: Callable[[], object],
    device: torch.device,
    budget: float = 1.0,
    warm_up: int = 2,
    most: int = 50,
) -> float:
    """Median time of a call, on a GPU between events on the device.

    Args:
        call: what is timed.
        device: where it runs.
        budget: seconds that the timed calls may take together; there are at least three.
        warm_up: calls before, after one that compiles and allocates.
        most: timed calls at most.

    Returns:
        Seconds.
    """
    call()
    synchronize(device)
    started = time.perf_counter()
    for _ in range(warm_up):
        call()
    synchronize(device)
    pace = (time.perf_counter() - started) / warm_up
    count = max(3, min(most, int(budget / max(pace, 1e-9))))
    if device.type != "cuda":
        return statistics.median(_wall_seconds(call) for _ in range(count))
    # Calls follow one another without a wait, as they do in a fit.
    events = [torch.cuda.Event(enable_timing=True) for _ in range(count + 1)]
    events[0].record()
    for event in events[1:]:
        call()
        event.record()
    torch.cuda.synchronize(device)
    times = [a.elapsed_time(b) for a, b in pairwise(events)]
    return statistics.median(times) / 1e3


def _wall_seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def seconds_of(call: Callable[[], object], device: torch.device) -> float:
    """Wall time of one call, until the device has finished, in seconds."""

    def finished() -> None:
        call()
        synchronize(device)

    synchronize(device)
    return _wall_seconds(finished)


def forget_peak(device: torch.device) -> None:
    """Begin to look for the peak of memory anew."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


def peak_gib(device: torch.device) -> dict[str, float]:
    """The column of the card's peak memory since `forget_peak`; none on a CPU."""
    if device.type != "cuda":
        return {}
    return {"peak GiB": torch.cuda.max_memory_allocated(device) / 2**30}


def share(part: float, whole: float | None) -> float | None:
    """part / whole, None where the whole is not known."""
    return part / whole if whole else None
