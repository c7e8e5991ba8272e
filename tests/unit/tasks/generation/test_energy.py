"""The energy distance."""

import numpy as np
import pytest

from inr2vec_core.tasks.generation.energy import energy_distance


def test_energy_distance_by_hand():
    a, b = np.array([[0.0], [2]]), np.array([[1.0], [5]])
    # Between: 1, 5, 1, 3; within a: 0, 2, 2, 0; within b: 0, 4, 4, 0.
    assert energy_distance(a, b) == pytest.approx(2 * 2.5 - 1 - 2)
    assert energy_distance(a, a[::-1]) == pytest.approx(0)


def test_energy_distance_punishes_distance_and_lack_of_diversity(rng):
    reference = rng.standard_normal((200, 5))
    good = energy_distance(rng.standard_normal((200, 5)), reference)
    assert energy_distance(rng.standard_normal((200, 5)) + 1, reference) > 5 * good
    assert energy_distance(0.1 * rng.standard_normal((200, 5)), reference) > 5 * good
