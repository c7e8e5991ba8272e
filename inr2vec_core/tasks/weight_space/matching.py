"""INRs matched to a reference by git re-basin, as flat weights."""

from collections.abc import Iterator

import torch
from torch import Tensor

from inr2vec_core.inrs.siren import unflatten
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.ops.weight_matching import Layers, match_weights

CHUNK = 64  # INRs matched at once


def match_inrs(reference: Tensor, flat: Tensor, siren: SirenConfig) -> tuple[Tensor, Tensor]:
    """Rearrange the hidden units of INRs so that they are nearest to a reference's.

    What the INRs represent does not change. See `ops.weight_matching` for what is searched.

    Args:
        reference: (n_parameters,) weights of one INR, or (b, n_parameters) of one for each.
        flat: (b, n_parameters) weights.
        siren: sizes of the INRs.

    Returns:
        (b, n_parameters) rearranged weights, and (b, depth) the share of units of each hidden layer
        that kept place and sign.
    """
    references = reference.expand(len(flat), -1)
    found = [
        _matched(one.contiguous(), many, siren)
        for one, many in zip(references.split(CHUNK), flat.split(CHUNK), strict=True)
    ]
    weights, in_place = zip(*found, strict=True)
    return torch.cat(weights), torch.cat(in_place)


def _matched(reference: Tensor, flat: Tensor, siren: SirenConfig) -> tuple[Tensor, Tensor]:
    layers = unflatten(flat, siren.layers)
    matching = match_weights(unflatten(reference, siren.layers), layers)
    return torch.cat(list(_flat_parts(matching.apply(layers))), 1), matching.in_place()


def _flat_parts(layers: Layers) -> Iterator[Tensor]:
    """Weight and bias of each layer as rows of numbers, in flat order."""
    for weight, bias in layers:
        yield weight.flatten(1)
        yield bias.flatten(1)
