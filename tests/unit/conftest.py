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

    Rows are (shape_id, class, split); shape i of `shards[k]` has weights and points that a
    callable gives for its id. Shapes named in `lost` have geometry but no INR.
    """
    from inr2vec_core.storage import write_shard

    def make(shards, weights, points, lost=()):
        inr_files, shape_files = [], []
        for k, rows in enumerate(shards):
            files = (shape_files, "points", points, rows), (
                inr_files, "weights", weights, [row for row in rows if row[0] not in lost]
            )  # fmt: skip
            for written, column, make_values, kept in files:
                columns = {
                    name: [row[i] for row in kept]
                    for i, name in enumerate(("shape_id", "class", "split"))
                }
                columns[column] = np.array([make_values(row[0]) for row in kept], np.float32)
                written.append(tmp_path / f"{column}{k}.h5")
                write_shard(written[-1], columns)
        return inr_files, shape_files

    return make
