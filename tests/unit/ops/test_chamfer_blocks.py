"""Mean squared nearest distances by blocks of sorted points."""

import numpy as np
import pytest

from inr2vec_core.ops.chamfer import nearest_distances
from inr2vec_core.ops.chamfer_blocks import Blocks, mean_squared_nearest


@pytest.mark.parametrize("n", [1, 2, 16, 17, 33, 100, 777])
@pytest.mark.parametrize("m", [1, 31, 500])
def test_blocks_find_the_nearest_points(n, m, rng):
    a, b = rng.standard_normal((n, 3)), rng.standard_normal((m, 3)) * [1, 0.2, 3] + 0.5
    expected = float(np.mean(nearest_distances(a, b)[0] ** 2))
    assert mean_squared_nearest(Blocks.of(a), Blocks.of(b)) == pytest.approx(expected, rel=1e-5)


def test_blocks_of_equal_and_flat_points():
    same, line = np.ones((70, 3)), np.linspace(0, 1, 70)[:, None] * [1, 0, 0]
    assert mean_squared_nearest(Blocks.of(same), Blocks.of(same)) == 0
    assert mean_squared_nearest(Blocks.of(line), Blocks.of(line)) == 0
    expected = np.mean(nearest_distances(line, same)[0] ** 2)
    assert mean_squared_nearest(Blocks.of(line), Blocks.of(same)) == pytest.approx(expected)
