"""Fitting many INRs at once (paper, Appendix B)."""

from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from threading import Event

import torch
from torch import Tensor

from inr2vec_core.geometry.queries import dequantize
from inr2vec_core.inrs.rounded_batch import RoundedBatch
from inr2vec_core.inrs.siren_batch import SirenBatch
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.modalities import modality
from inr2vec_core.utils.settings import Settings


@dataclass(frozen=True)
class FitSettings(Settings):
    """How INRs are fitted; the defaults are the paper's (Appendix F).

    Attributes:
        steps: of Adam, after those of gradient descent.
        queries: of each INR and step of Adam.
        lr: Adam's learning rate.
        loss: a name in the modality's losses.
        field: the modality's name.
        precision: of the products between hidden layers, as `inrs.precision.fit_precision` has
            chosen it.
    """

    steps: int = 500
    queries: int = 10_000
    lr: float = 1e-4
    loss: str = "bce"
    field: str = "udf"
    precision: str = "float32"


@dataclass(frozen=True)
class FirstSteps:
    """Steps of gradient descent that a fit from a learned start begins with.

    Attributes:
        rates: (n_parameters,) of each weight.
        steps: their number.
        queries: of each INR and step.
    """

    rates: Tensor
    steps: int
    queries: int


def fit(
    initial: Tensor,
    stored: Tensor,
    siren: SirenConfig,
    settings: FitSettings,
    offsets: Tensor,
    chunk: int | None = None,
    stop: Event | None = None,
    first: FirstSteps | None = None,
) -> tuple[Tensor, Tensor]:
    """Fit b INRs on their stored queries.

    Args:
        initial: (b, n_parameters) initial weights.
        stored: (b, n, 4) int16 quantized queries in random order (`geometry.queries`). They are
            read as consecutive blocks from each shape's own offset, round and round: draws without
            replacement, and contiguous in memory.
        siren: sizes of the INRs.
        settings: steps, queries and learning rate.
        offsets: (b,) where each shape starts.
        chunk: queries per INR in memory at once; all of a step by default.
        stop: set by another thread to end the fit.
        first: steps before Adam's.

    Returns:
        Weights (b, n_parameters) and the mean loss before each of the last tenth of Adam's steps
        (b,), or before the last one of gradient descent.
        An INR that diverged has a loss of NaN, or weights that are not finite; the others are not
        affected.

    Raises:
        CancelledError: `stop` was set.
    """
    last = max(1, settings.steps // 10)
    n_steps = (first.steps if first else 0) + settings.steps
    batch = new_batch(initial, stored.shape[1], siren, settings, chunk, first)
    total = initial.new_zeros(len(initial))
    for step, value in fit_steps(batch, stored, settings, offsets, stop, first):
        if step >= n_steps - last:
            total += value
    return batch.flat(), total / last


def new_batch(
    initial: Tensor,
    n: int,
    siren: SirenConfig,
    settings: FitSettings,
    chunk: int | None = None,
    first: FirstSteps | None = None,
) -> SirenBatch:
    """The INRs of a fit before its first step.

    Args:
        initial: (b, n_parameters) initial weights.
        n: stored queries of each INR.
        siren: as for `fit`.
        settings: as for `fit`.
        chunk: as for `fit`.
        first: as for `fit`.
    """
    longest = min(max(_lengths(settings, first)), n)
    chunk = min(chunk or longest, longest)
    if settings.precision == "float32":
        return SirenBatch(initial, siren, chunk)
    return RoundedBatch(initial, siren, chunk, forward=settings.precision == "bfloat16")


def fit_steps(
    batch: SirenBatch,
    stored: Tensor,
    settings: FitSettings,
    offsets: Tensor,
    stop: Event | None = None,
    first: FirstSteps | None = None,
) -> Iterator[tuple[int, Tensor]]:
    """Take the steps of a fit, one by one.

    Args:
        batch: from `new_batch`; it holds the weights.
        stored: as for `fit`.
        settings: as for `fit`.
        offsets: as for `fit`.
        stop: as for `fit`.
        first: as for `fit`.

    Yields:
        After each step its number from 0, and the loss before it (b,).

    Raises:
        CancelledError: `stop` was set.
    """
    n = stored.shape[1]
    first_q, q = (min(length, n) for length in _lengths(settings, first))
    loss = modality(settings.field).loss_and_gradient(settings.loss)
    descent = first and batch.gradient_descent(first.rates)
    adam = batch.adam(settings.lr)
    n_first = first.steps if first else 0
    # From each shape's own start on, so that a step's block is one slice for all.
    stored = torch.stack([s.roll(-o, 0) for s, o in zip(stored, offsets.tolist(), strict=True)])
    start = 0
    for step in range(n_first + settings.steps):
        if stop is not None and stop.is_set():
            raise CancelledError
        optimizer, length = (descent, first_q) if step < n_first else (adam, q)
        coords, labels = dequantize(_block(stored, start % n, length))
        start += length
        value = batch.step(coords, labels, loss)
        optimizer.step()
        yield step, value


def _lengths(settings: FitSettings, first: FirstSteps | None) -> tuple[int, int]:
    """Queries of a step of gradient descent, and of Adam; 0 where there is none."""
    return first.queries if first else 0, settings.queries if settings.steps else 0


def _block(stored: Tensor, start: int, length: int) -> Tensor:
    """(b, length, ...) consecutive rows from `start`, going round at the end."""
    rest = start + length - stored.shape[1]
    if rest <= 0:
        return stored[:, start : start + length]
    return torch.cat([stored[:, start:], stored[:, :rest]], 1)
