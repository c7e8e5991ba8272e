"""Git re-basin's weight matching for networks of sines (Ainsworth et al. 2022, Section 3.2).

Hidden units of a network can be permuted without changing its function. Matching searches the
permutations of all hidden layers that bring its weights nearest to another network's, layer by
layer, each by a linear assignment with the others held fixed, until nothing changes.

A sine is odd, so the sign of a unit is free, too: sin(-x) = -sin(x), and a unit's incoming weights
and bias may be negated together with its outgoing weights. Each assignment chooses the sign with
the permutation, at no cost: it maximizes absolute inner products.

What is not searched: a sine is also periodic, so that 2 pi / omega may be added to a bias (and half
of it, if outgoing weights are negated). Biases are compared as they stand. Layer-wise matching
finds a local optimum, as published.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

# Weight (b, outputs, inputs) and bias (b, 1, outputs) of each layer, as `inrs.siren.unflatten`
# gives them; the last layer has no units to match.
Layers = Sequence[tuple[Tensor, Tensor]]
MOST_SWEEPS = 100


@dataclass(frozen=True)
class Matching:
    """Which unit takes each place of the hidden layers, and with which sign.

    Attributes:
        units: of each hidden layer (b, n) int64: the unit that takes each place.
        signs: of each hidden layer (b, n), 1 or -1: what it is multiplied by.
    """

    units: tuple[Tensor, ...]
    signs: tuple[Tensor, ...]

    def apply(self, layers: Layers) -> list[tuple[Tensor, Tensor]]:
        """The same functions with their units in other places.

        Args:
            layers: of b networks.

        Returns:
            The layers, rearranged.
        """
        out = []
        for k, (weight, bias) in enumerate(layers):
            if k:
                weight = _columns(weight, self.units[k - 1], self.signs[k - 1])
            if k < len(self.units):
                weight = _columns(weight.mT, self.units[k], self.signs[k]).mT
                bias = _columns(bias, self.units[k], self.signs[k])
            out.append((weight, bias))
        return out

    def in_place(self) -> Tensor:
        """The share of units that keep place and sign, of each hidden layer: (b, layers)."""
        kept = [
            (units == torch.arange(units.shape[1], device=units.device)) & (signs > 0)
            for units, signs in zip(self.units, self.signs, strict=True)
        ]
        return torch.stack([layer.float().mean(1) for layer in kept], 1)


def match_weights(reference: Layers, layers: Layers) -> Matching:
    """Match the hidden units of networks to those of a reference.

    Args:
        reference: the layers of one network (b = 1), or of one for each.
        layers: of b networks of the same sizes.

    Returns:
        The matching that brings `layers` nearest to `reference`, by the inner product of all
        weights and biases.
    """
    reference = [(weight.double(), bias.double()) for weight, bias in reference]
    layers = [(weight.double(), bias.double()) for weight, bias in layers]
    matching = _unmatched(layers)
    for _ in range(MOST_SWEEPS):
        changed = False
        for k in range(len(layers) - 1):
            units, signs = _assign(_similarity(reference, layers, matching, k))
            changed |= not (
                torch.equal(units, matching.units[k]) and torch.equal(signs, matching.signs[k])
            )
            matching = Matching(
                (*matching.units[:k], units, *matching.units[k + 1 :]),
                (*matching.signs[:k], signs, *matching.signs[k + 1 :]),
            )
        if not changed:
            break
    return matching


def _unmatched(layers: Layers) -> Matching:
    """Every unit in its own place."""
    biases = [bias.squeeze(1) for _, bias in layers[:-1]]
    places = tuple(torch.arange(b.shape[1], device=b.device).expand_as(b) for b in biases)
    return Matching(places, tuple(torch.ones_like(bias) for bias in biases))


def _similarity(reference: Layers, layers: Layers, matching: Matching, k: int) -> Tensor:
    """Inner products of a layer's units, reference (rows) with matched (columns): (b, n, n)."""
    (weight, bias), (theirs, their_bias) = reference[k], layers[k]
    if k:
        theirs = _columns(theirs, matching.units[k - 1], matching.signs[k - 1])
    outgoing, their_outgoing = reference[k + 1][0], layers[k + 1][0]
    if k + 1 < len(matching.units):
        place, sign = matching.units[k + 1], matching.signs[k + 1]
        their_outgoing = _columns(their_outgoing.mT, place, sign).mT
    return weight @ theirs.mT + bias.mT @ their_bias + outgoing.mT @ their_outgoing


def _assign(similarity: Tensor) -> tuple[Tensor, Tensor]:
    """The units, with their signs, that have the largest sum of inner products: (b, n) each."""
    products = similarity.cpu().numpy()
    units = np.stack([linear_sum_assignment(np.abs(each), maximize=True)[1] for each in products])
    chosen = torch.from_numpy(units).to(similarity.device)
    taken = similarity.gather(2, chosen.unsqueeze(2)).squeeze(2)
    return chosen, torch.where(taken < 0, -1.0, 1.0).to(similarity)


def _columns(matrix: Tensor, units: Tensor, signs: Tensor) -> Tensor:
    """Columns in another order and with other signs: (b, m, n) -> (b, m, n)."""
    index = units.unsqueeze(1).expand(-1, matrix.shape[1], -1)
    return matrix.gather(2, index) * signs.unsqueeze(1).to(matrix)
