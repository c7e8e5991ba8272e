"""Compiled loops over the clouds of a batch, on as many threads as torch has."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
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
