"""Losses on lines between INRs, and the pairs that are compared."""

import numpy as np
import pytest
import torch

from inr2vec_core.inrs.siren import evaluate, initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.ops.losses import bce
from inr2vec_core.tasks.weight_space.connectivity import (
    OTHER,
    SAME,
    connectivity,
    connectivity_rows,
    line_losses,
    pairs_of_fits,
)

SIREN = SirenConfig(8, 2)


def inr(*names):
    return torch.from_numpy(initial_weights(SIREN, 0, *names))


@pytest.fixture
def queries():
    stream = torch.Generator().manual_seed(0)
    return torch.rand(40, 3, generator=stream) * 2 - 1, torch.rand(40, generator=stream)


def test_a_line_begins_and_ends_with_the_losses_of_its_inrs(queries):
    a, b = inr("a"), inr("b")
    coords, labels = queries
    losses = line_losses(a, b, coords, labels, SIREN, bce, 5)
    flat = torch.stack([a, (a + b) / 2, b])
    outputs = evaluate(flat, coords.expand(3, -1, -1), SIREN)
    expected = bce(outputs, labels.expand(3, -1))[0]
    np.testing.assert_allclose(losses[[0, 2, 4]], expected, rtol=1e-5)


def test_pairs_are_of_one_shape_and_of_neighboring_shapes():
    assert pairs_of_fits(["x", "x", "x", "y", "y", "z"]) == [
        (SAME, 0, 1), (SAME, 3, 4), (OTHER, 0, 3), (OTHER, 3, 5), (OTHER, 5, 0),
    ]  # fmt: skip
    assert pairs_of_fits(["x", "x"]) == [(SAME, 0, 1)]


def test_a_shuffled_copy_is_connected_once_it_is_matched(queries):
    # The second INR of x is the first with two units of the first layer in each other's place.
    a, b = inr("a"), inr("a")
    (first, second), rows = (1, 5), slice(0, 24)
    weight, bias = b[rows].view(8, 3), b[24:32]
    outgoing = b[32:96].view(8, 8)
    for place in (weight, bias):
        place[[first, second]] = place[[second, first]].clone()
    outgoing[:, [first, second]] = outgoing[:, [second, first]].clone()
    found = connectivity(
        torch.stack([a, b, inr("c")]), ["x", "x", "y"], SIREN, bce, lambda _: queries
    )
    same = found[found["kind"] == SAME]
    assert (same["in_place"] == 1 - 2 / 16).all()
    before, after = (same[same["matched"] == m]["loss"].to_numpy() for m in (False, True))
    assert np.ptp(after) < 1e-6 < np.ptp(before)
    others = found[found["kind"] == OTHER]
    assert len(others) == 2 and others["loss"].isna().all() and (others["in_place"] < 0.5).all()

    rows = connectivity_rows(found).set_index(["kind", "metric"])["mean"]
    assert rows[SAME, "in place"] == pytest.approx(100 * 14 / 16)
    assert rows[SAME, "loss at the ends"] == pytest.approx(after[0], abs=1e-6)
    assert rows[SAME, "highest loss"] == pytest.approx(before.max())
    assert rows[SAME, "highest loss, matched"] == pytest.approx(after.max())
    assert list(rows[OTHER].index) == ["in place"]
