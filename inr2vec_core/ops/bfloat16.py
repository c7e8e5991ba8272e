"""Rows of float32 or bfloat16 in compiled loops. Numba has no bfloat16, so both come as bits.

A kernel keeps a row of `np.uint32` and computes with its view as `np.float32`:

    row = np.empty(channels, np.uint32)
    value = row.view(np.float32)
    load_row(bits[i], row)
    ...
    store_row(row, out[i])
"""

import numpy as np
import torch
from numba import njit
from torch import Tensor


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
def store_row(row, bits):
    """Round float32 to the nearest bfloat16, ties to even: `row` (c,) uint32 -> (c,) uint16.

    A row of uint32, float32 itself, is copied.
    """
    shift = np.uint32(32 - 8 * bits.itemsize)
    half = np.uint32(0x7FFF if bits.itemsize == 2 else 0)
    odd = np.uint32(1 if bits.itemsize == 2 else 0)
    for c in range(len(row)):
        bits[c] = (row[c] + half + ((row[c] >> shift) & odd)) >> shift
