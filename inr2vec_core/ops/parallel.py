"""Compiled loops over the clouds of a batch, on as many threads as torch has, also of bfloat16.

Numba has no bfloat16, so float32 and bfloat16 both come as bits. A kernel keeps a row of
`np.uint32` and computes with its view as `np.float32`:

    row = np.empty(channels, np.uint32)
    value = row.view(np.float32)
    load_row(bits[i], row)
    ...
    store_row(row, out[i])
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numba import njit
from torch import Tensor


def each_cloud(kernel: Callable, b: int, *args: Tensor | np.ndarray | float) -> None:
    """Call a kernel for each of b clouds, on as many threads as torch has.

    Args:
        kernel: a compiled function that releases the GIL and writes into its arguments.
        b: number of clouds.
        args: what the kernel takes. Of a tensor (b, ...) on the CPU it gets the cloud's slice; an
            array or a number is the same for all clouds.
    """
    arrays = [(a.detach().numpy(), True) if isinstance(a, Tensor) else (a, False) for a in args]

    def work(clouds: np.ndarray) -> None:
        for i in clouds:
            kernel(*(a[i] if per_cloud else a for a, per_cloud in arrays))

    threads = min(b, torch.get_num_threads())
    if threads < 2:
        return work(np.arange(b))
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, np.array_split(np.arange(b), threads)))


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
