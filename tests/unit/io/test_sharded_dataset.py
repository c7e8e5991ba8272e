"""Shuffled streams: every row once, in step with its geometry; threads that end."""

import threading
from itertools import count, islice

import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.io import sharded_dataset
from inr2vec_core.io.sharded_dataset import ShardedShapes, prefetch


def number(shape_id):
    return int(shape_id.split("/")[1])


def weights_of(shape_id):
    return np.full(3, number(shape_id))


def points_of(shape_id):
    return np.full((2, 3), -number(shape_id))


def table(first, last, split="train"):
    return [(f"{'bed' if k % 2 else 'chair'}/{k}", "bed" if k % 2 else "chair", split)
            for k in range(first, last)]  # fmt: skip


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(sharded_dataset, "BLOCK", 4)


@pytest.fixture
def data(make_shards):
    """38 training shapes in two shards, a few others between; three INRs were lost."""
    shards = [table(0, 15) + table(50, 53, "val") + table(15, 20), table(20, 41)]
    lost = ["chair/2", "bed/17", "bed/33"]
    return ShardedShapes(*make_shards(shards, weights_of, points_of, lost), ["train"])


def epoch_of(data, size=8, buffer=12, seed=0, name="epoch 1"):
    return list(data.shuffled(size, ("weights", "shapes"), buffer, seed, name))


def ids_of(batches):
    return [shape_id for batch in batches for shape_id in batch.shape_id]


def assert_rows_belong_together(batches):
    for batch in batches:
        for k, (shape_id, class_name) in enumerate(
            zip(batch.shape_id, batch.class_name, strict=True)
        ):
            assert shape_id.startswith(class_name)
            np.testing.assert_array_equal(batch.columns["weights"][k], weights_of(shape_id))
            np.testing.assert_array_equal(batch.columns["shapes"][k].points, points_of(shape_id))


@pytest.mark.parametrize("buffer", [1, 12, 24, 1000])
def test_an_epoch_has_every_row_once_with_its_own_columns(data, buffer):
    batches = epoch_of(data, buffer=buffer)
    assert len(data) == 38
    assert sorted(ids_of(batches)) == sorted(data.shape_id)
    assert [len(batch.shape_id) for batch in batches] == [8, 8, 8, 8, 6]
    assert_rows_belong_together(batches)


def test_in_order_gives_stored_order(data):
    batches = list(data.in_order(16, ("weights", "shapes")))
    assert ids_of(batches) == data.shape_id
    assert [number(i) for i in data.shape_id] == [
        k for k in range(41) if k not in (2, 17, 33)
    ]  # fmt: skip
    assert_rows_belong_together(batches)


def test_order_depends_on_seed_and_epoch_alone(data):
    first = ids_of(epoch_of(data))
    assert ids_of(epoch_of(data)) == first
    assert ids_of(epoch_of(data, name="epoch 2")) != first
    assert ids_of(epoch_of(data, seed=1)) != first
    assert first != data.shape_id


def test_a_buffer_as_large_as_the_data_mixes_all_of_it(data):
    first_batch = ids_of(epoch_of(data, buffer=1000)[:1])
    blocks = {data.shape_id.index(shape_id) // 4 for shape_id in first_batch}
    assert len(blocks) > 3  # eight rows of few blocks would be two or three


@pytest.mark.parametrize("size", [2, 3, 8, 37, 38, 100])
def test_n_batches_counts_the_batches_of_an_epoch(data, size):
    batches = epoch_of(data, size)
    assert data.n_batches(size) == len(batches)
    assert all(len(batch.shape_id) > 1 for batch in batches)


def test_a_last_batch_of_one_row_is_dropped(data):
    assert len(ids_of(epoch_of(data, size=37))) == 37


def test_a_single_shape_is_a_batch_of_its_own(make_shards):
    data = ShardedShapes(*make_shards([table(0, 1)], weights_of, points_of))
    assert ids_of(epoch_of(data)) == ["chair/0"]
    assert data.n_batches(8) == 1


def test_all_splits_are_read_where_none_is_named(make_shards):
    inrs, _ = make_shards([table(0, 2), table(2, 3, "test")], weights_of, points_of)
    data = ShardedShapes(inrs)
    assert data.split == ["train", "train", "test"]


def test_read_returns_rows_in_the_order_of_the_index(data):
    index = np.array([30, 2, 2, 19, 0])
    found = data.read(index, ("weights", "shapes"))
    expected = [number(data.shape_id[i]) for i in index]
    assert found["weights"].dtype == np.float32
    assert found["weights"][:, 0].tolist() == expected
    assert [shape.points[0, 0] for shape in found["shapes"]] == [-e for e in expected]


def test_data_that_fits_the_buffer_is_read_once(data, monkeypatch):
    first = ids_of(epoch_of(data, buffer=1000))
    monkeypatch.setattr(data, "read", None)
    batches = epoch_of(data, buffer=1000)
    assert ids_of(batches) == first
    assert_rows_belong_together(batches)


def test_empty_shards_are_skipped(make_shards):
    data = ShardedShapes(*make_shards([[], table(0, 5), []], weights_of, points_of))
    assert len(ids_of(epoch_of(data))) == 5


def test_no_shape_of_the_splits_is_an_error_that_names_them(make_shards):
    inrs, shapes = make_shards([table(0, 4)], weights_of, points_of)
    with pytest.raises(InputError, match=r"splits \['val'\] in 1 shard.*weights0\.h5"):
        ShardedShapes(inrs, shapes, ["val"])


def test_shards_of_other_shapes_are_an_error_that_names_them(make_shards):
    inrs, shapes = make_shards([table(0, 4), table(4, 8)], weights_of, points_of)
    with pytest.raises(
        InputError, match=r"weights0\.h5 has 'chair/0', which \S*points1\.h5 has not"
    ):
        ShardedShapes(inrs, shapes[::-1])


def test_an_empty_data_set_can_be_allowed(make_shards):
    files = make_shards([table(0, 5)], weights_of, points_of)
    empty = ShardedShapes(*files, ["val"], may_be_empty=True)
    assert len(empty) == 0
    assert list(empty.in_order(4, ("shapes",))) == []


# ---------------------------------------------------------------------------- prefetch


def test_prefetch_keeps_items_and_their_order():
    assert list(prefetch(iter(range(20)))) == list(range(20))


def test_prefetch_raises_the_error_of_its_items_after_those_before_it():
    def fail_third():
        yield from (1, 2)
        raise KeyError("third")

    items = prefetch(fail_third())
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(KeyError, match="third"):
        next(items)


def test_prefetch_ends_its_thread_when_the_consumer_breaks_off():
    before = threading.active_count()
    made = count()
    items = prefetch(made, depth=2)
    assert list(islice(items, 3)) == [0, 1, 2]
    assert threading.active_count() == before + 1
    items.close()
    assert threading.active_count() == before
    assert next(made) <= 6  # three used, two ready, one in the maker's hands
