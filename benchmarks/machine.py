"""The limits of the machine, timing and memory."""

import resource
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial

import psutil
import torch

from inr2vec_core.utils.timing import processor


def synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def seconds_per_call(call: Callable[[], object], device: torch.device, min_seconds: float) -> float:
    """Measure the mean time of a call, over calls of at least `min_seconds` in all."""
    calls, started = 0, time.perf_counter()
    while True:
        call()
        calls += 1
        if device.type == "cuda" and calls % 10:
            continue  # to wait after every short kernel would time the waiting
        synchronize(device)
        passed = time.perf_counter() - started
        if passed >= min_seconds:
            return passed / calls


def medians(calls: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Measure median seconds of calls, in turns, so that a slow moment affects them all."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - started)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def limits(device: torch.device, min_seconds: float = 0.5) -> dict[str, float]:
    """Measure FLOP/s of a large matrix product, and sines and cosines per second."""
    n = 8192 if device.type == "cuda" else 2048
    a, product = torch.randn(n, n, device=device), torch.empty(n, n, device=device)
    angles = torch.randn(1 << (26 if device.type == "cuda" else 19), device=device) * 5
    out = torch.empty_like(angles)
    torch.mm(a, a, out=product)

    def seconds(function: Callable, *arguments: torch.Tensor, out: torch.Tensor, share: float):
        call = partial(function, *arguments, out=out)
        return seconds_per_call(call, device, share * min_seconds)

    return {
        "flops": 2 * n**3 / seconds(torch.mm, a, a, out=product, share=1),
        "sines": len(angles) / seconds(torch.sin, angles, out=out, share=1 / 2),
        "cosines": len(angles) / seconds(torch.cos, angles, out=out, share=1 / 2),
    }


def peak_mib(device: torch.device) -> float:
    """The peak memory of the process; on a GPU, of torch's allocator."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def now_mib(device: torch.device) -> float:
    """The current memory of the process; on a GPU, of torch's allocator."""
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device) / 2**20
    return psutil.Process().memory_info().rss / 2**20


def describe(device: torch.device) -> str:
    """The name of the processor or of the GPU, for the heading of a table."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{processor()}, {torch.backends.cpu.get_cpu_capability()}"
