"""The ids of partial clouds."""

from inr2vec_core.shapes.pairing import complete_id, partial_id


def test_ids_of_partial_clouds_lead_back_to_their_shapes():
    assert partial_id("chair/train/7", 3) == "chair/train/7~03"
    for shape_id in ("chair/train/7", "a~b", "a~1b"):
        assert complete_id(shape_id) == shape_id
        assert complete_id(partial_id(shape_id, 12)) == shape_id
