"""What the tests of data sets and their layouts share."""

from collections import Counter

import numpy as np
import pytest

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.raw import Cloud, Mesh

# A square at z = 0 and one at z = 5, each of two triangles.
SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
SQUARES = Mesh(
    np.concatenate([SQUARE, np.add(SQUARE, [0, 0, 5])]),
    np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]]),
    np.array([1, 1, 0, 0]),
    ("upper", "lower"),
)


def touch(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def ids(catalog):
    return [record.shape_id for record in catalog.records]


def splits(records):
    return Counter((record.class_name, record.split) for record in records)


def raises(*parts):
    """Expects an InputError whose message holds all these parts, in this order."""
    return pytest.raises(InputError, match="(?s)" + ".*".join(parts))


def bad(read, file, *parts):
    """Expects a BadShape that holds these parts in this order, on one line."""
    with pytest.raises(BadShape, match=".*".join(parts)) as caught:
        read(file)
    assert "\n" not in str(caught.value)


def clouds(number, points=40, seed=0):
    return np.random.default_rng(seed).normal(size=(number, points, 3)).astype(np.float32)


def names(shape):
    """The part of each point, by name."""
    return np.array(shape.parts.names)[shape.parts.index]


def halves(n, rng):
    """A cloud whose points left and right of x = 0.5 have different parts."""
    points = rng.random((n, 3))
    return Cloud(points, (points[:, 0] > 0.5).astype(np.int64), ("left", "right"))
