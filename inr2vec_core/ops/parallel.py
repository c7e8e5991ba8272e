"""Compiled loops over the clouds of a batch, on as many threads as torch has, also of bfloat16.

Numba has no bfloat16, so float32 and bfloat16 both come as bits. A kernel keeps a row of
`np.uint32` and computes with its view as `np.float32`:

    row = np.empty(channels, np.uint32)
    value = row.view(np.float32)
    load_row(bits[i], row)
    ...
    store_row(row, out[i])
"""

import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numba import njit
from torch import Tensor

# Elements below which a pass over memory takes less time than to wake a thread.
SMALL = 1 << 20


def each_cloud(kernel: Callable, b: int, *args: Tensor | np.ndarray | float) -> None:
    """Call a kernel for each of b clouds, on as many threads as torch has.

    Args:
        kernel: a compiled function that releases the GIL and writes into its arguments.
        b: number of clouds.
        args: what the kernel takes. Of a tensor (b, ...) on the CPU it gets the cloud's slice; an
            array or a number is the same for all clouds.
    """
    arrays = [(a.detach().numpy(), True) if isinstance(a, Tensor) else (a, False) for a in args]

    def work(first: int, last: int) -> None:
        for i in range(first, last):
            kernel(*(a[i] if per_cloud else a for a, per_cloud in arrays))

    _in_parts(work, b, torch.get_num_threads())


def each_part(kernel: Callable, b: int, *args: np.ndarray | float) -> None:
    """Call a kernel that passes once over memory for each thread's part of b clouds.

    Args:
        kernel: as for `each_cloud`; called with the first cloud, the one after the last, `args`.
        b: number of clouds.
        args: the same for all parts; arrays of all clouds.
    """
    elements = max(a.size for a in args if isinstance(a, np.ndarray))
    _in_parts(kernel, b, 1 if elements < SMALL else torch.get_num_threads(), *args)


def _in_parts(kernel: Callable, b: int, threads: int, *args: np.ndarray | float) -> None:
    parts = max(1, min(b, threads))
    bounds = [b * k // parts for k in range(parts + 1)]
    pending = [_pool(parts - 1).submit(kernel, *bounds[k : k + 2], *args) for k in range(1, parts)]
    kernel(*bounds[:2], *args)
    for part in pending:
        part.result()


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads)


os.register_at_fork(after_in_child=_pool.cache_clear)  # whose threads a child does not have


def bits(x: Tensor) -> Tensor:
    """Float32 or bfloat16 as unsigned integers of that size, which NumPy knows: (...) -> (...)."""
    return x.view(torch.uint16 if x.dtype == torch.bfloat16 else torch.uint32)


@njit(inline="always")
def load_row(bits, row):
    """Widen a row to float32: (c,) uint16 or uint32 -> `row` (c,) uint32."""
    shift = np.uint32(32 - 8 * bits.itemsize)
    for c in range(len(row)):
        row[c] = np.uint32(bits[c]) << shift


@njit(inline="always")
def round_bits(bits, shift, half, odd):
    """The upper bits of a float32, rounded to nearest: all numbers np.uint32.

    Args:
        bits: of the float32.
        shift: how many bits go: 16 for bfloat16, 0 for float32 itself.
        half: just under half of what goes: 0x7FFF, or 0.
        odd: 1, with which ties go to even, or 0 where nothing goes.
    """
    return (bits + half + ((bits >> shift) & odd)) >> shift


@njit(inline="always")
def store_row(row, bits):
    """Round float32 to the nearest bfloat16, ties to even: `row` (c,) uint32 -> (c,) uint16.

    A row of uint32, float32 itself, is copied.
    """
    shift = np.uint32(32 - 8 * bits.itemsize)
    half = np.uint32(0x7FFF if bits.itemsize == 2 else 0)
    odd = np.uint32(1 if bits.itemsize == 2 else 0)
    for c in range(len(row)):
        bits[c] = round_bits(row[c], shift, half, odd)
