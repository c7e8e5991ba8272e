"""The machine's own limits, and how anything is timed."""

import resource
import statistics
import time
from collections.abc import Callable, Mapping

import psutil
import torch

from inr2vec_core.utils.timing import processor


def synchronise(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def seconds_per_call(call: Callable[[], object], device: torch.device, least: float) -> float:
    """Mean time of a call, over as many calls as last `least` seconds."""
    calls, started = 0, time.perf_counter()
    while True:
        call()
        calls += 1
        if device.type == "cuda" and calls % 10:
            continue  # waiting for the card after every short kernel would time the waiting
        synchronise(device)
        passed = time.perf_counter() - started
        if passed >= least:
            return passed / calls


def medians(calls: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median seconds of each call; they take turns, so that a slow moment hits them all."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - started)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def limits(device: torch.device, least: float = 0.5) -> dict[str, float]:
    """Rates of this moment: FLOP/s of a large matrix product, sines and cosines per second."""
    n = 8192 if device.type == "cuda" else 2048
    a, product = torch.randn(n, n, device=device), torch.empty(n, n, device=device)
    angles = torch.randn(1 << (26 if device.type == "cuda" else 19), device=device) * 5
    out = torch.empty_like(angles)
    torch.mm(a, a, out=product)
    return {
        "flops": 2 * n**3 / seconds_per_call(lambda: torch.mm(a, a, out=product), device, least),
        "sines": len(angles)
        / seconds_per_call(lambda: torch.sin(angles, out=out), device, least / 2),
        "cosines": len(angles)
        / seconds_per_call(lambda: torch.cos(angles, out=out), device, least / 2),
    }


def peak_mib(device: torch.device) -> float:
    """The process's highest memory so far; on a GPU torch's."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def now_mib(device: torch.device) -> float:
    """The memory that the process has at the moment."""
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device) / 2**20
    return psutil.Process().memory_info().rss / 2**20


def describe(device: torch.device) -> str:
    """The processor or the card, for the table's heading."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{processor()}, {torch.backends.cpu.get_cpu_capability()}"
