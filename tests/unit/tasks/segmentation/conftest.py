"""A shard of labeled clouds."""

import pytest

from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import shape_columns
from unit.tasks.segmentation.labeled_shapes import IDS, cloud_of, split_of


@pytest.fixture
def shard(tmp_path):
    path = tmp_path / "shard.h5"
    columns = {
        "shape_id": IDS, "class": [i.split("/")[0] for i in IDS],
        "split": [split_of(k) for k in range(len(IDS))],
    }  # fmt: skip
    write_shard(path, columns | shape_columns([cloud_of(i) for i in IDS], CloudShape))
    return path
