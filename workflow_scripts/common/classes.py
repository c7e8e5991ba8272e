"""The shapes of one class, which generated ones are compared with."""

import numpy as np

from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.shapes.selection import select


def shapes_of_class(
    shards, split: str, class_name: str, number: int, seed: int, *names: str
) -> list[Shape]:
    """At most so many shapes of a class and split, drawn by id; augmented copies left out."""
    data = ShardedShapes(shards, shards, [split], copies=False)
    own = np.array([i for i, name in enumerate(data.class_name) if name == class_name])
    chosen = own[select([data.shape_id[i] for i in own], number, seed, *names)]
    return list(data.read(chosen, ["shapes"])["shapes"])
