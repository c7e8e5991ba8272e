"""Generated shapes: their numbers, and requests that cannot be met."""

import h5py
import numpy as np

from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import read_shapes, shape_columns
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.formats.procedural import Format
from inr2vec_core.shapes.procedural.classes import CLASSES, PARTS
from unit.shapes.helpers import names, raises, splits


def test_procedural_numbers_do_not_collide_and_more_of_a_split_changes_no_other():
    few = Format(classes=["mug", "chair"], counts=(2, 1, 1)).catalog().records
    assert splits(few) == {
        (c, s): n for c in ("mug", "chair") for s, n in (("train", 2), ("val", 1), ("test", 1))
    }
    assert len({(s.class_name, s.row) for s in few}) == len(few) == 8
    assert few == sorted(few, key=lambda s: s.shape_id)
    more = Format(classes=["chair", "mug", "bed"], counts=(5, 2, 1)).catalog().records
    assert set(few) < set(more)


def test_procedural_requests_that_cannot_be_met_are_refused():
    with raises("no procedural class 'unicorn'", "chair"):
        Format(classes=["unicorn"], counts=(1, 0, 1)).catalog()
    with raises("each once"):
        Format(classes=["chair", "chair"], counts=(1, 0, 1)).catalog()
    with raises("-1 test shapes", "0 to"):
        Format(classes=["chair"], counts=(1, 0, -1)).catalog()


def test_made_shapes_know_their_parts_and_their_copies_too(tmp_path):
    records = [ShapeRecord(f"{c}/0", c, "train", "", 0) for c in CLASSES]
    shard = prepare_shapes(Format().read(records), ShapeSettings(points=256), 1, seed=0)
    write_shard(tmp_path / "0.h5", shape_columns(shard.shapes, CloudShape))
    with h5py.File(tmp_path / "0.h5") as file:
        found = read_shapes(file, np.arange(2 * len(CLASSES)))
    for class_name, original, copy in zip(CLASSES, found[::2], found[1::2], strict=True):
        assert set(names(original)) <= set(PARTS[class_name])
        assert len(set(names(original))) > 1
        assert (names(original) == names(copy)).all()
