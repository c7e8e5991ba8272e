"""How many INRs are fitted at once, in which threads, and what happens when memory runs out."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from inr2vec_core.inrs.fitting import FirstSteps, FitSettings, fit
from inr2vec_core.inrs.siren_config import SirenConfig, inrs_at_once_on_gpu
from inr2vec_core.utils.float32_products import fast_float32_products

_log = logging.getLogger(__name__)

# Activations of one layer in memory at once, in elements. On a CPU they should stay in a core's
# share of the cache (docs/performance.md); on a GPU they should fill the card.
CPU_ELEMENTS, CPU_MAX_INRS, CPU_MIN_CHUNK = 1 << 18, 64, 256
GPU_MEMORY_SHARE = 0.5

Group = tuple[Tensor, Tensor, Tensor]  # initial weights, stored queries, offsets: as for `fit`


@dataclass(frozen=True)
class Batching:
    """How a fit is divided.

    Attributes:
        at_once: INRs fitted at once.
        chunk: queries of each INR in memory at once; None for all of a step.
    """

    at_once: int
    chunk: int | None = None


def choose_batching(
    siren: SirenConfig, queries: int, device: torch.device, at_once: int | None = None
) -> Batching:
    """The batching that suits a device.

    Args:
        siren: sizes of the INRs.
        queries: of each INR and step.
        device: where INRs are fitted.
        at_once: overrides the number of INRs at once.
    """
    step = siren.width * queries
    if device.type == "cuda":
        activations = (2 * siren.depth + 1) * step
        bytes_each = 4 * (activations + 6 * siren.n_parameters)
        fitting_in_memory = int(torch.cuda.mem_get_info(device)[0] * GPU_MEMORY_SHARE) // bytes_each
        most = inrs_at_once_on_gpu(siren, queries)
        return Batching(at_once or max(1, min(most, fitting_in_memory)))
    at_once = at_once or min(CPU_MAX_INRS, max(1, CPU_ELEMENTS // step))
    return Batching(at_once, max(CPU_MIN_CHUNK, CPU_ELEMENTS // (siren.width * at_once)))


def fit_many(
    load: Callable[[slice], Group],
    n: int,
    siren: SirenConfig,
    settings: FitSettings,
    device: torch.device,
    at_once: int | None = None,
    threads: int = 1,
    first: FirstSteps | None = None,
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Fit n INRs, group by group, and yield them one by one, in order.

    On a CPU each thread fits a group of its own: two INRs share nothing, so no product has to be
    split between cores.

    Args:
        load: slice of INRs -> initial weights, stored queries and offsets, as `fit` takes them;
            called in this thread, shortly before the fitting.
        n: number of INRs.
        siren: sizes of the INRs.
        settings: steps, queries and learning rate.
        device: where INRs are fitted.
        at_once: INRs of a group; chosen by `choose_batching` where None.
        threads: groups fitted side by side on a CPU.
        first: steps before Adam's, as `fit` takes them.

    Yields:
        (number, weights (n_parameters,), loss ()), as `fit` returns them, on the CPU.
    """
    queries = max(settings.queries if settings.steps else 0, first.queries if first else 0)
    batching = choose_batching(siren, queries, device, at_once)
    _log.info("%d INRs at once, in chunks of %s queries", batching.at_once, batching.chunk)
    stop = threading.Event()
    work = partial(
        _fit_or_halve,
        siren=siren,
        settings=settings,
        chunk=batching.chunk,
        device=device,
        stop=stop,
        first=first,
    )
    workers = 1 if device.type == "cuda" else threads
    # Asked for first, because a thread that was never asked takes over the number set last.
    torch.get_num_threads()
    one_thread = partial(torch.set_num_threads, 1 if device.type == "cpu" else threads)
    pending: deque[tuple[range, Future]] = deque()

    def oldest() -> Iterator[tuple[int, Tensor, Tensor]]:
        numbers, future = pending.popleft()
        yield from zip(numbers, *future.result(), strict=True)

    with (
        fast_float32_products(device, tf32=settings.precision != "float32"),
        ThreadPoolExecutor(workers, initializer=one_thread) as pool,
    ):
        try:
            for start in range(0, n, batching.at_once):
                numbers = range(start, min(start + batching.at_once, n))
                group = load(slice(numbers.start, numbers.stop))
                pending.append((numbers, pool.submit(work, group)))
                if len(pending) > workers:
                    yield from oldest()
            while pending:
                yield from oldest()
        finally:  # a job that is asked to end must not first finish its groups
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)


def _fit_or_halve(
    group: Group,
    siren: SirenConfig,
    settings: FitSettings,
    chunk: int | None,
    device: torch.device,
    stop: threading.Event,
    first: FirstSteps | None,
) -> tuple[Tensor, Tensor]:
    """`fit`, in two halves where memory does not suffice for all of them at once."""
    initial, stored, offsets = group
    try:
        weights, losses = fit(
            initial.to(device), stored.to(device), siren, settings, offsets, chunk, stop, first
        )
        return weights.cpu(), losses.cpu()
    except (RuntimeError, MemoryError) as error:
        if len(initial) == 1 or not _out_of_memory(error):
            raise
    # Out of the `except` clause, whose traceback would keep the failed batch alive.
    if device.type == "cuda":
        torch.cuda.empty_cache()
    half = len(initial) // 2
    _log.warning("memory does not suffice for %d INRs at once: trying %d", len(initial), half)
    halves = [
        _fit_or_halve(
            (initial[p], stored[p], offsets[p]), siren, settings, chunk, device, stop, first
        )
        for p in (slice(None, half), slice(half, None))
    ]
    weights, losses = (torch.cat(columns) for columns in zip(*halves, strict=True))
    return weights, losses


def _out_of_memory(error: Exception) -> bool:
    # On a CPU torch raises a plain RuntimeError.
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "allocate memory" in str(
        error
    )
