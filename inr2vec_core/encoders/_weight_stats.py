"""Mean and spread of each weight over the training INRs, by which encoders standardize weights."""

from torch import Tensor

from inr2vec_core.errors import InputError


def mean_and_scale(flat: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and scale of each weight, which standardize it as (weight - mean) / scale.

    The scale is the standard deviation, but at least a tenth of its mean over all weights: a weight
    that hardly varies says nothing, and would be noise at the scale of the others.

    Args:
        flat: (n, w) weights of n >= 2 INRs.

    Returns:
        Mean and scale, (w,) each.

    Raises:
        InputError: there are fewer than two INRs.
    """
    if len(flat) < 2:
        raise InputError(f"{len(flat)} training INR(s): what differs between them needs at least 2")
    spread = flat.std(0)
    return flat.mean(0), spread.clamp_min(0.1 * spread.mean()).clamp_min(1e-8)
