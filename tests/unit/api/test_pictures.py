"""Pictures of shapes in the forms that users have."""

import numpy as np
import pytest

from inr2vec_core.api.pictures import picture
from inr2vec_core.errors import BadShape, InputError

TETRAHEDRON = np.array([[0.0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 1]])
CLOUD = np.random.default_rng(0).standard_normal((300, 3))
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])


def covered(image):
    """The share of the picture that is not white."""
    return (image < 250).any(-1).mean()


@pytest.mark.parametrize("shape", [CLOUD, (TETRAHEDRON, FACES)])
def test_the_unit_and_the_place_do_not_matter(shape):
    def moved(points):
        return 1000 * points + [5, -7, 3]

    other = moved(shape) if isinstance(shape, np.ndarray) else (moved(shape[0]), shape[1])
    one, two = picture(shape, size=40), picture(other, size=40)
    assert one.shape == (40, 40, 3) and one.dtype == np.uint8
    assert covered(one) > 0.01
    assert (np.abs(one.astype(int) - two) > 60).mean() < 0.01


def test_a_full_turn_is_none_and_a_half_turn_is_one():
    mesh = (TETRAHEDRON, FACES)
    front, back, again = (picture(mesh, size=40, turn=t).astype(int) for t in (0, 180, 360))
    assert (np.abs(front - again) > 60).mean() < 0.01 < (np.abs(front - back) > 60).mean()


def test_a_grid_that_is_no_cube_is_turned_by_right_angles():
    grid = np.zeros((4, 2, 2), bool)
    grid[0] = True  # at the lower end of x; after a half turn at the upper
    assert covered(picture(grid, size=40)) > 0.01
    assert not np.array_equal(picture(grid, size=40), picture(grid, size=40, turn=180))
    assert np.array_equal(picture(grid, size=40), picture(grid, size=40, turn=360))
    with pytest.raises(InputError, match="90, 180 or 270 degrees, not 45"):
        picture(grid, turn=45)


def test_wrong_arguments_get_one_line():
    with pytest.raises(InputError, match="1 pixel"):
        picture(TETRAHEDRON, size=0)
    with pytest.raises(BadShape, match="NaN"):
        picture(TETRAHEDRON * np.nan)
