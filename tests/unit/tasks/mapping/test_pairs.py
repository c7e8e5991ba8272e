"""Pairs of embeddings of the same shapes."""

import numpy as np
import pandas as pd
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.tasks.mapping.pairs import Pairs, share_a_frame, without_copies
from unit.tasks.mapping.paired_embeddings import SPLITS, complete_ids, embeddings, linear_pairs


def test_views_are_matched_with_their_complete_shape():
    target = embeddings(["b", "a", "c"], ["train", "test", "val"], [[2], [1], [3]])
    names, splits = ["a~00", "a~01", "b~10", "c~0", "d~0"], ["test", "test", "train", "val", "val"]
    source = embeddings(names, splits, [[10], [11], [20], [30], [40]])
    pairs = Pairs.match(source, target)
    assert pairs.target_id == ["a", "a", "b", "c"]
    assert pairs.y[:, 0].tolist() == [1, 1, 2, 3] and pairs.x[:, 0].tolist() == [10, 11, 20, 30]
    assert pairs.unmatched == ("d~0",) and pairs.split.tolist() == ["test", "test", "train", "val"]


def test_a_complete_shape_with_a_name_like_a_views_has_its_own_counterpart():
    names, splits, x = (
        ["a", "a~1", "b", "c"],
        ["train", "train", "val", "test"],
        [[1], [2], [3], [4]],
    )
    data = embeddings(names, splits, x)
    assert Pairs.match(data, data).target_id == names
    views = embeddings(["a~00", "a~01", "a~1~00", "b~00", "c~00"], [splits[0], *splits], [[0]] * 5)
    target = embeddings([*names, "a~01"], [*splits, "train"], [*x, [5]])
    assert Pairs.match(views, target).target_id == ["a", "a", "a~1", "b", "c"]


def test_unmatched_shapes_of_both_data_sets_are_reported(caplog):
    pairs = linear_pairs()
    assert pairs.unmatched == ()
    ids = complete_ids()
    x = np.zeros((36, 1))
    target = embeddings([*ids[:35], "other"], SPLITS, x)
    pairs = Pairs.match(embeddings(ids, SPLITS, x), target)
    assert set(pairs.unmatched) == {ids[35], "other"} and len(pairs.x) == 35
    pairs.report("completion")
    assert "completion: 2 shape(s) have no counterpart" in caplog.text


def test_augmented_copies_are_removed():
    data = embeddings(
        ["a", "a@1", "b", "b@1"], ["train", "train", "val", "val"], [[1], [2], [3], [4]]
    )
    manifest = pd.DataFrame({"shape_id": ["b", "a@1", "a", "b@1"], "augmentation": [0, 1, 0, 2]})
    kept = without_copies(data, manifest)
    assert kept.shape_id == ["a", "b"] and kept.split.tolist() == ["train", "val"]
    assert kept.x[:, 0].tolist() == [1, 3] and kept.labels.tolist() == [0, 0]
    assert kept.classes == data.classes


def test_pairs_that_cannot_be_learned_from_are_refused():
    ids, x = complete_ids(), np.zeros((36, 1))
    source = embeddings(ids, SPLITS, x)
    with pytest.raises(InputError, match="must have the same shapes' ids"):
        Pairs.match(source, embeddings([f"x{i}" for i in ids], SPLITS, x))
    with pytest.raises(InputError, match="both data sets must be split alike"):
        Pairs.match(source, embeddings(ids, SPLITS[::-1], x))
    with pytest.raises(InputError, match="no pair of shapes of the val split"):
        Pairs.match(embeddings(ids[:24], SPLITS[:24], x[:24]), embeddings(ids, SPLITS, x))


def manifest(ids, center=0.0, scale=1.0):
    columns = {"center_x": center, "center_y": 0.0, "center_z": 0.0, "scale": scale}
    return pd.DataFrame({"shape_id": ids} | columns)


def test_frames_are_shared_where_centers_and_scales_agree():
    pairs, ids = linear_pairs(), complete_ids()
    views = [f"{i}~00" for i in ids]
    assert share_a_frame(pairs, manifest(views), manifest(ids[::-1]))
    assert share_a_frame(pairs, manifest(views, 1e-5), manifest(ids))
    assert not share_a_frame(pairs, manifest(views, 0.01), manifest(ids))
    assert not share_a_frame(pairs, manifest(views, scale=0.99), manifest(ids))
    assert not share_a_frame(pairs, manifest(views, scale=np.nan), manifest(ids))
