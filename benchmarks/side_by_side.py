"""Run contestants in turn, in one process with all threads and in processes of one thread each.

Within a process the contestants alternate in each repeat, so that a slow moment of the machine
affects them all. Several processes run the same contestant at the same time, and their rates are
added.
"""

import multiprocessing as mp
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

# Runs for about the given number of seconds, and returns units of work per second.
Contestant = Callable[[float], float]


@dataclass(frozen=True)
class Mode:
    """How a contestant runs.

    Attributes:
        processes: processes that run at the same time.
        threads: threads of each process.
    """

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
    """Measure the rates of contestants.

    Args:
        mode: the processes and threads.
        make: builds the contestants in each process; importable.
        arguments: picklable arguments of `make`, before the number of threads.
        repeats: the number of repeats, after one run to warm up.
        seconds: how long a contestant runs in each repeat.

    Returns:
        For each repeat, contestant -> units of work per second, summed over processes.
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
        barrier.wait()  # warm up at the same time as the other processes
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
    """Call a function in a new process, for its memory; the result must be picklable."""
    with mp.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)
