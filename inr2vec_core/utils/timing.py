"""Times of inference, and the names of devices (paper, Appendix P, Table 10)."""

import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch


def median_seconds(
    run: Callable[[], object], device: torch.device, runs: int = 7, budget: float = 20.0
) -> tuple[float, int]:
    """Median time of a call, after one call to warm up.

    Args:
        run: the call.
        device: where it computes; a GPU is waited for.
        runs: number of timed calls.
        budget: seconds after which no more calls are made; one is always timed.

    Returns:
        The median in seconds, and the number of timed calls.
    """
    spent, times = _seconds(run, device), []
    while not times or (len(times) < runs and spent < budget):
        times.append(_seconds(run, device))
        spent += times[-1]
    return statistics.median(times), len(times)


def _seconds(run: Callable[[], object], device: torch.device) -> float:
    started = time.perf_counter()
    run()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - started


def name_of(device: torch.device) -> str:
    """The name of a device for tables; of a processor with the number of torch's threads."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{processor()}, {torch.get_num_threads()} thread(s)"


def processor() -> str:
    """The model name of this machine's processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
