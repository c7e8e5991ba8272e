"""The lower bounds on tiny data that they can, or cannot, tell apart."""

import numpy as np
import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.tasks.classification import probes
from inr2vec_core.tasks.classification.probes import (
    probe_bounding_boxes,
    probe_embeddings,
    probe_weights,
    standardized_weights,
)
from inr2vec_core.utils.seeding import numpy_stream

STRETCH = {"flat": (1, 0.1, 1), "tall": (0.1, 1, 0.1), "cube": (1, 1, 1)}


def weights_of(shape_id):
    noise = numpy_stream(0, "w", shape_id).normal(size=12)
    return noise * 0.1 + list(STRETCH).index(shape_id.split("/")[0])


def points_of(shape_id):
    cloud = numpy_stream(0, "p", shape_id).uniform(-1, 1, (20, 3))
    return cloud * STRETCH[shape_id.split("/")[0]]


def table(counts, classes=STRETCH):
    return [(f"{name}/{split}{k}", name, split)
            for name in classes for split, n in counts.items() for k in range(n)]  # fmt: skip


@pytest.fixture
def data(make_shards):
    rows = table({"train": 8, "val": 3, "test": 4})
    return ShardedShapes(*make_shards([rows[::2], rows[1::2]], weights_of, points_of))


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(probes, "CHUNK", 8)


def accuracy(shapes, scores):
    return (scores.argmax(1) == shapes.labels[shapes.split == "test"]).mean()


def test_separable_weights_are_classified(data):
    shapes, scores, c = probe_weights(data, components=3)
    assert scores.shape == (12, 3)
    np.testing.assert_allclose(scores.sum(1), 1)
    assert accuracy(shapes, scores) == 1
    assert c in probes.REGULARIZATIONS


def test_components_are_at_most_what_the_training_shapes_span(make_shards):
    rows = table({"train": 2, "val": 1, "test": 1})
    data = ShardedShapes(*make_shards([rows], weights_of, points_of))
    shapes, scores, _ = probe_weights(data, components=256)
    assert accuracy(shapes, scores) == 1


def test_weights_are_standardized_by_the_training_split_for_any_shards(make_shards):
    rows = table({"train": 8, "val": 3, "test": 4})
    one, two = (
        standardized_weights(ShardedShapes(*make_shards(shards, weights_of, points_of)))
        for shards in ([rows], [rows[::2], rows[1::2]])
    )
    train = one.split == "train"
    np.testing.assert_allclose(one.x[train].mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(one.x[train].std(0, ddof=1), 1, rtol=1e-5)
    assert one.shape_id == two.shape_id == sorted(one.shape_id)
    np.testing.assert_array_equal(one.x, two.x)
    assert one.classes == sorted(STRETCH) and (one.labels == two.labels).all()


def test_the_regularization_is_chosen_on_the_validation_split(data, monkeypatch):
    asked = []

    class Scored(probes.LogisticRegression):
        def score(self, x, y):
            asked.append(len(x))
            return {0.1: 1.0}.get(self.C, 0.5)

    monkeypatch.setattr(probes, "LogisticRegression", Scored)
    assert probe_weights(data, components=3)[2] == 0.1
    assert set(asked) == {9}  # three classes with three validation shapes


def test_chunks_have_every_row_once_and_enough_for_the_pca():
    chunks = list(probes._chunks(np.arange(50), 20))
    assert np.concatenate(chunks).tolist() == list(range(50))
    assert all(len(chunk) >= 20 for chunk in chunks)


def test_proportions_are_classified(data):
    shapes, scores = probe_bounding_boxes(data, trees=10, seed=0)
    assert scores.shape == (12, 3)
    assert accuracy(shapes, scores) == 1


def test_bounding_boxes_depend_on_the_seed_alone(data):
    first, again = (probe_bounding_boxes(data, 5, seed=1)[1] for _ in range(2))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("probe", [lambda d: probe_weights(d, 3),
                                   lambda d: probe_bounding_boxes(d, 5, 0)])  # fmt: skip
def test_a_class_that_training_lacks_does_not_shift_the_others(probe, make_shards):
    rows = table({"train": 6, "val": 2, "test": 2}, ["flat", "tall"])
    rows += [("cube/test0", "cube", "test")]  # sorts before the others
    data = ShardedShapes(*make_shards([rows], weights_of, points_of))
    shapes, scores = probe(data)[:2]
    assert shapes.classes == ["cube", "flat", "tall"]
    assert scores.shape == (5, 3) and (scores[:, 0] == 0).all()
    assert accuracy(shapes, scores) == pytest.approx(4 / 5)


@pytest.mark.parametrize("classes, third", [("aaaa", "val"), ("abab", "test")])
def test_too_few_shapes_for_a_linear_probe_are_refused(classes, third):
    splits = ["train", "train", third, "test"]
    data = EmbeddingSet.of("0123", list(classes), splits, np.arange(8.0).reshape(4, 2))
    with pytest.raises(InputError, match="linear probe needs"):
        probe_embeddings(data)


def test_embeddings_are_classified_at_any_scale():
    rng, names, splits = np.random.default_rng(0), [], []
    for split, n in (("train", 20), ("val", 6), ("test", 10)):
        names, splits = names + ["a", "b"] * n, splits + [split] * 2 * n
    x = rng.normal(size=(72, 3)) * [1e3, 1, 1e-3]
    x[:, 2] += 1e-2 * (np.array(names) == "b")  # far from the others in its own scale alone
    ids = [str(k) for k in range(72)]
    assert probe_embeddings(EmbeddingSet.of(ids, names, splits, x)) == 1
    shuffled = EmbeddingSet.of(ids, rng.permutation(names), splits, x)
    assert probe_embeddings(shuffled) < 0.8
