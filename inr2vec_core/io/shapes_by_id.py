"""The shapes of a data set by their ids."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.io.sharded_dataset import ShardedShapes


class ShapesById:
    """Reads single shapes from shards.

    Args:
        shards: files of shapes.
    """

    def __init__(self, shards: Sequence[str | Path]):
        self._data = ShardedShapes(shards, shards)
        self._row = {name: i for i, name in enumerate(self._data.shape_id)}

    def read(self, shape_id: str) -> Shape:
        """Read one shape.

        Raises:
            KeyError: no shape has this id.
        """
        return self._data.read(np.array([self._row[shape_id]]), ["shapes"])["shapes"][0]
