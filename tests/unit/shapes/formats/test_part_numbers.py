"""Numbers of parts, as ShapeNet Part has them in both layouts."""

import numpy as np
import pytest

from inr2vec_core.errors import BadShape
from inr2vec_core.shapes.formats._part_numbers import labeled_cloud


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32])
def test_numbers_of_parts_become_names(dtype):
    cloud = labeled_cloud(np.zeros((4, 3)), np.array([7, 30, 7, 2], dtype))
    assert [cloud.part_names[k] for k in cloud.parts] == ["7", "30", "7", "2"]


@pytest.mark.parametrize("numbers, reason", [
    (np.array([0, -3], np.int8), "label -3 of point 2 is negative"),
    (np.array([0.25, 1]), r"label 0.25 of point 1 is no whole number \(1 of 2 points\)"),
    (np.array([1, 40000], np.uint16), "label 40000 of point 2 is above"),
])  # fmt: skip
def test_numbers_that_name_no_part_are_refused(numbers, reason):
    with pytest.raises(BadShape, match=reason):
        labeled_cloud(np.zeros((2, 3)), numbers)
