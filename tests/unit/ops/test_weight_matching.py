"""Weight matching: known permutations and signs are found, and functions stay as they are."""

import pytest
import torch

from inr2vec_core.inrs.siren import evaluate, initial_weights, unflatten
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.ops.weight_matching import Matching, match_weights

SIREN = SirenConfig(16, 3)


def inrs(n, seed=0):
    """Layers of INRs that start from weights of their own."""
    flat = [initial_weights(SIREN, seed, k) for k in range(n)]
    return unflatten(torch.stack([torch.from_numpy(each) for each in flat]), SIREN.layers)


def shuffled(layers, seed=0):
    """The same functions with units in other places and with other signs, and the shuffle."""
    stream = torch.Generator().manual_seed(seed)
    b = len(layers[0][0])
    units = [torch.rand(b, SIREN.width, generator=stream).argsort(1) for _ in range(SIREN.depth)]
    signs = [1 - 2 * (torch.rand(b, SIREN.width, generator=stream) < 0.5).float() for _ in units]
    shuffle = Matching(tuple(units), tuple(signs))
    return shuffle.apply(layers), shuffle


def values(layers):
    flat = torch.cat([torch.cat([w.flatten(1), b.flatten(1)], 1) for w, b in layers], 1)
    coords = torch.rand(len(flat), 50, 3, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return evaluate(flat, coords, SIREN)


def moved(layers, by, seed=3):
    stream = torch.Generator().manual_seed(seed)
    return [
        tuple(x + by * x.abs().mean() * torch.randn(x.shape, generator=stream) for x in layer)
        for layer in layers
    ]


def test_inrs_of_one_start_are_left_in_place():
    start = inrs(1)
    matching = match_weights(moved(start, 0.1), moved(start, 0.1, seed=4))
    assert (matching.in_place() == 1).all()
    assert matching.in_place().shape == (1, SIREN.depth)


def test_a_shuffled_copy_is_matched_back_exactly():
    layers = inrs(5)
    copies, shuffle = shuffled(layers)
    assert shuffle.in_place().max() < 0.3
    back = match_weights(layers, copies).apply(copies)
    for ours, theirs in zip(back, layers, strict=True):
        assert torch.equal(ours[0], theirs[0]) and torch.equal(ours[1], theirs[1])


def test_a_shuffled_and_changed_copy_is_matched_back():
    layers = inrs(5)
    copies, shuffle = shuffled(moved(layers, 0.1))
    matching = match_weights(layers, copies)
    for found, units, signs, hidden in zip(
        matching.units, shuffle.units, matching.signs, shuffle.signs, strict=True
    ):
        assert torch.equal(units.gather(1, found), torch.arange(SIREN.width).expand_as(found))
        assert torch.equal(signs, hidden.gather(1, found).double())


def test_matching_changes_no_function():
    layers = inrs(3)
    matching = match_weights([(w[:1], b[:1]) for w, b in layers], layers)
    assert (matching.in_place()[0] == 1).all()  # the reference itself
    assert matching.in_place()[1:].max() < 0.5
    torch.testing.assert_close(values(matching.apply(layers)), values(layers), rtol=1e-3, atol=1e-4)


def test_matching_brings_weights_nearer_and_one_sweep_more_brings_nothing():
    reference, layers = inrs(1), inrs(4, seed=1)

    def products(candidates):
        return sum(
            (a * b).sum((1, 2))
            for ours, theirs in zip(reference, candidates, strict=True)
            for a, b in zip(ours, theirs, strict=True)
        )

    matched = match_weights(reference, layers).apply(layers)
    assert (products(matched) > products(layers)).all()
    assert (match_weights(reference, matched).in_place() == 1).all()


@pytest.mark.parametrize("seed", range(3))
def test_what_is_found_does_not_depend_on_the_others_in_the_batch(seed):
    reference, layers = inrs(1), inrs(4, seed=seed)
    together = match_weights(reference, layers)
    alone = match_weights(reference, [(w[2:3], b[2:3]) for w, b in layers])
    for a, b in zip((*together.units, *together.signs), (*alone.units, *alone.signs), strict=True):
        assert torch.equal(a[2:3], b)
