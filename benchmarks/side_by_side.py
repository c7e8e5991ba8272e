"""Runs contestants in turn, in one process with all threads and in processes with one each.

Within a process the contestants alternate, repeat by repeat, so that a slow moment of the machine
hits them all. With several processes all of them run the same contestant at the same time, and
their rates add up.
"""

import multiprocessing as mp
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

# What a contestant does: run about this many seconds, return its units of work per second.
Contestant = Callable[[float], float]


@dataclass(frozen=True)
class Mode:
    """Processes that run side by side, with so many threads each."""

    processes: int
    threads: int

    def __str__(self) -> str:
        return f"{self.processes} x {self.threads}"


def modes(device: torch.device, threads: int) -> list[Mode]:
    """One process with all threads; on a CPU also one process per core."""
    whole = Mode(1, threads)
    return [whole] if device.type == "cuda" or threads == 1 else [whole, Mode(threads, 1)]


def rates(
    mode: Mode, make: Callable[..., Mapping[str, Contestant]], arguments: tuple, repeats: int,
    seconds: float,
) -> list[dict[str, float]]:  # fmt: skip
    """Units a second of every contestant: one mapping a repeat, summed over processes.

    Args:
        make: builds the contestants in each process; importable, with picklable arguments.
        seconds: what each contestant should run in each repeat, after one run to warm up.
    """
    context = mp.get_context("spawn")
    barrier, queue = context.Barrier(mode.processes), context.Queue()
    workers = [
        context.Process(
            target=_work, args=(mode.threads, make, arguments, repeats, seconds, barrier, queue)
        )
        for _ in range(mode.processes)
    ]
    for worker in workers:
        worker.start()
    try:
        found = [_next(queue, workers) for _ in workers]
    finally:
        for worker in workers:
            worker.terminate() if sys.exc_info()[0] else worker.join()
    return [
        {name: sum(one[r][name] for one in found) for name in found[0][r]} for r in range(repeats)
    ]


def _next(queue, workers):
    while True:
        try:
            return queue.get(timeout=5)
        except Exception:
            if any(worker.exitcode for worker in workers):
                raise RuntimeError("a benchmark process failed; its error stands above") from None


def _work(threads, make, arguments, repeats, seconds, barrier, queue) -> None:
    torch.set_num_threads(threads)
    contestants = make(*arguments, threads)
    for contestant in contestants.values():
        barrier.wait()  # each finds its pace while the other processes do the same
        contestant(0.0)
    rows = []
    for _ in range(repeats):
        row = {}
        for name, contestant in contestants.items():
            barrier.wait()
            row[name] = contestant(seconds)
        rows.append(row)
    queue.put(rows)


def median(rows: list[dict[str, float]], name: str) -> float:
    return statistics.median(row[name] for row in rows)


def in_own_process(function: Callable, *arguments):
    """function(*arguments) in a fresh process, for its memory; the result must be picklable."""
    with mp.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)
