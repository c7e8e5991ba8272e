"""Weights relative to what training INRs have in common, each by its own spread."""

from torch import Tensor

from inr2vec_core.errors import InputError


def mean_and_scale(flat: Tensor) -> tuple[Tensor, Tensor]:
    """What to subtract from each weight and to divide it by: (n, w), n >= 2 -> (w,), (w,).

    The scale is the standard deviation, but not below a tenth of the weights' mean one: a weight
    that hardly moves says nothing, and would be noise at the others' scale.

    Raises:
        InputError: there are fewer than two INRs.
    """
    if len(flat) < 2:
        raise InputError(f"{len(flat)} training INR(s): what differs between them needs at least 2")
    spread = flat.std(0)
    return flat.mean(0), spread.clamp_min(0.1 * spread.mean()).clamp_min(1e-8)
