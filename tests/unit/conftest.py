"""What several unit tests share."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the tests' tensors are tiny

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def make_shards(tmp_path):
    """A function that writes shards of INRs and of shapes, and returns both lists of files.

    Rows are (shape_id, class, split); shape i of `shards[k]` has weights and a shape (or the points
    of a cloud) that a callable gives for its id. Shapes named in `lost` have geometry but no INR.
    """
    from inr2vec_core.geometry.shapes import CloudShape
    from inr2vec_core.io.hdf5 import write_shard
    from inr2vec_core.io.shape_columns import shape_columns

    def identity(rows):
        names = ("shape_id", "class", "split")
        return {name: [row[i] for row in rows] for i, name in enumerate(names)}

    def shape_of(made):
        return CloudShape(made) if isinstance(made, np.ndarray) else made

    def make(shards, weights, shapes, lost=()):
        inr_files, shape_files = [], []
        for k, rows in enumerate(shards):
            kept = [row for row in rows if row[0] not in lost]
            inrs = {"weights": np.array([weights(row[0]) for row in kept], np.float32)}
            inr_files.append(tmp_path / f"weights{k}.h5")
            write_shard(inr_files[-1], identity(kept) | inrs)
            made = [shape_of(shapes(row[0])) for row in rows]
            form = type(made[0]) if made else CloudShape
            shape_files.append(tmp_path / f"points{k}.h5")
            write_shard(shape_files[-1], identity(rows) | shape_columns(made, form))
        return inr_files, shape_files

    return make
