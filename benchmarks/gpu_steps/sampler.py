"""Queries of many clouds, drawn by several processes.

Only what a sampling process needs is imported here, which then starts without torch.
"""

import multiprocessing as mp
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor

import numpy as np

from inr2vec_core.geometry.frames import normalize
from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.modalities import modality


def queries_of(raw: np.ndarray, per_shape: int, seed: int) -> np.ndarray:
    """Queries of one raw cloud.

    Args:
        raw: (p, 3) points, in any unit.
        per_shape: queries.
        seed: of the draws.

    Returns:
        (per_shape, 4) int16, as the library stores them.
    """
    return modality("udf").sample_queries(
        CloudShape(normalize(raw)), per_shape, QuerySampling(), np.random.default_rng(seed)
    )


def process_pool(processes: int) -> ProcessPoolExecutor:
    """Fresh processes: forked ones could not be trusted where a card is in use."""
    return ProcessPoolExecutor(processes, mp_context=mp.get_context("spawn"))


def sample_ahead(
    pool: ProcessPoolExecutor, clouds: Iterable[np.ndarray], per_shape: int, ahead: int
) -> Iterator[np.ndarray]:
    """Queries of clouds in order, some drawn ahead of what is asked for.

    Args:
        pool: of `process_pool`.
        clouds: (p, 3) each, raw.
        per_shape: queries of each.
        ahead: clouds that are drawn ahead.

    Yields:
        (per_shape, 4) int16.
    """
    pending: deque[Future] = deque()
    for seed, cloud in enumerate(clouds):
        pending.append(pool.submit(queries_of, cloud, per_shape, seed))
        if len(pending) > ahead:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()
