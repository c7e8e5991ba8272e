"""Single shapes of a data set, by id."""

import numpy as np
import pytest

from inr2vec_core.io.shapes_by_id import ShapesById


def test_a_shape_is_found_in_whatever_shard_it_lies(make_shards):
    rows = [[("a", "x", "train"), ("b", "x", "val")], [("c", "y", "test")]]
    _, shapes = make_shards(rows, lambda name: [0.0], lambda name: np.full((2, 3), ord(name), "f4"))
    found = ShapesById(shapes)
    for name in "cab":
        assert (found.read(name).points == ord(name)).all()
    with pytest.raises(KeyError):
        found.read("d")
