"""What the scripts of mappings read."""

import numpy as np
import pandas as pd

from inr2vec_core.io.embeddings import read_embeddings
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.tasks.mapping.pairs import Pairs, originals, share_a_frame


class ShapesById:
    """The shapes of a data set's shards by their ids."""

    def __init__(self, shards):
        self._data = ShardedShapes(shards, shards)
        self._row = {name: i for i, name in enumerate(self._data.shape_id)}

    def read(self, shape_id: str):
        """One shape."""
        return self._data.read(np.array([self._row[shape_id]]), ["shapes"])["shapes"][0]


def read_pairs(given, label: str) -> tuple[Pairs, bool]:
    """The pairs of a mapping's inputs, and whether their shapes share a frame."""
    manifests = [pd.read_parquet(given[f"{side}_manifest"]) for side in ("source", "target")]
    embeddings = [read_embeddings(given[side]) for side in ("source", "target")]
    pairs = Pairs.match(*map(originals, embeddings, manifests))
    pairs.report(label)
    return pairs, share_a_frame(pairs, *manifests)
