"""Compiled loops over the clouds of a batch, on as many threads as torch has, also of bfloat16."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor


def each_cloud(kernel: Callable, b: int, *args: Tensor | np.ndarray | float) -> None:
    """Call a kernel for each of b clouds, shared out among as many threads as torch has.

    Args:
        args: of a tensor (b, ...) on the CPU the kernel gets the cloud's part, of anything else
            all.
    """
    arrays = [(a.detach().numpy(), True) if isinstance(a, Tensor) else (a, False) for a in args]

    def work(clouds: np.ndarray) -> None:
        for i in clouds:
            kernel(*(a[i] if parted else a for a, parted in arrays))

    threads = min(b, torch.get_num_threads())
    if threads < 2:
        return work(np.arange(b))
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, np.array_split(np.arange(b), threads)))


def bits(x: Tensor) -> Tensor:
    """Float32 or bfloat16 as unsigned integers of that size, which NumPy knows: (...) -> (...)."""
    return x.view(torch.uint16 if x.dtype == torch.bfloat16 else torch.uint32)
