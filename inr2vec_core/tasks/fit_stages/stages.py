"""INRs at several stages of their fit: quality against steps (paper, Appendices B and M)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from inr2vec_core.inrs.fit_many import choose_batching
from inr2vec_core.inrs.fitting import FirstSteps, FitSettings, fit_steps, new_batch
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.utils.float32_products import fast_float32_products


@dataclass(frozen=True)
class Stage:
    """INRs after some steps of their fit.

    Attributes:
        steps: of Adam, so far.
        seconds: wall time of an INR's share of the fit, so far.
        weights: (b, n_parameters), on the CPU.
        losses: (b,) before the last step.
    """

    steps: int
    seconds: float
    weights: Tensor
    losses: Tensor


def fit_in_stages(
    initial: Tensor,
    stored: Tensor,
    siren: SirenConfig,
    settings: FitSettings,
    offsets: Tensor,
    stages: Sequence[int],
    first: FirstSteps | None = None,
) -> list[Stage]:
    """Fit b INRs together, and keep their weights after some numbers of steps.

    After any number of steps an INR is what a fit of so many steps on these queries gives.

    Args:
        initial: (b, n_parameters) initial weights, on the device of the fit.
        stored: (b, n, 4) quantized queries, as `inrs.fitting.fit` takes them.
        siren: sizes of the INRs.
        settings: queries and learning rate; its number of steps is not read.
        offsets: (b,) where each shape's queries start.
        stages: numbers of Adam's steps, at least 1 each.
        first: steps before Adam's.

    Returns:
        A stage for each number, in ascending order.
    """
    wanted = sorted(set(stages))
    settings = replace(settings, steps=wanted[-1])
    device, n_first = initial.device, first.steps if first else 0
    chunk = choose_batching(siren, settings.queries, device, len(initial)).chunk
    seconds, found = 0.0, []
    with fast_float32_products(device, tf32=settings.precision != "float32"):
        started = time.perf_counter()
        batch = new_batch(initial, stored.shape[1], siren, settings, chunk, first)
        for step, value in fit_steps(batch, stored, settings, offsets, first=first):
            if step + 1 - n_first not in wanted:
                continue
            losses = value.cpu()  # waits for a GPU
            seconds += time.perf_counter() - started
            weights = batch.flat().cpu()
            found.append(Stage(step + 1 - n_first, seconds / len(initial), weights, losses))
            started = time.perf_counter()
    return found
