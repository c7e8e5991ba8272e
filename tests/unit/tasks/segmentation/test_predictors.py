"""Predictions of parts."""

import numpy as np
import pytest
import torch
from torch import nn

from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.tasks.segmentation import predictors
from inr2vec_core.tasks.segmentation.labeled_clouds import part_labels
from inr2vec_core.tasks.segmentation.parts import Parts
from inr2vec_core.tasks.segmentation.predictors import (
    DecoderPredictor,
    NearestTrainingPoint,
    NetworkPredictor,
    predict_parts,
)
from unit.tasks.segmentation.labeled_shapes import (
    EMBEDDINGS,
    IDS,
    PARTS,
    POINTS,
    PointNetwork,
    part_dataset,
    points_of,
    small_decoder,
)

CPU = torch.device("cpu")


def test_the_fixtures_parts_are_those_of_its_shapes(shard):
    assert Parts.of(part_labels(ShardedShapes([shard], [shard], ["train"]))).pairs == PARTS.pairs


def decoder_predictor(seed=0):
    return DecoderPredictor(small_decoder(len(PARTS), seed), PARTS, EMBEDDINGS, CPU)


def network_predictor(points=20, seed=0, model=None):
    torch.manual_seed(0)
    return NetworkPredictor(model or PointNetwork(), PARTS, points, seed, CPU)


def predict_shapes(predict, ids, clouds=None):
    return predict(ids, [i.split("/")[0] for i in ids], clouds or [points_of(i) for i in ids])


@pytest.fixture(params=["decoder", "network", "nearest"])
def predict(request, shard):
    if request.param == "nearest":
        return NearestTrainingPoint(part_dataset(shard, "train"))
    return decoder_predictor() if request.param == "decoder" else network_predictor()


def test_predictions_never_leave_the_class(predict):
    for shape_id, found in zip(IDS, predict_shapes(predict, IDS), strict=True):
        assert found.shape == (POINTS,) and found.dtype == np.int64
        assert set(found) <= set(PARTS.numbers(shape_id.split("/")[0]))


def test_predictions_do_not_depend_on_other_shapes_nor_their_order(predict):
    found = predict_shapes(predict, IDS)
    backwards = predict_shapes(predict, IDS[::-1])[::-1]
    alone = [predict_shapes(predict, [shape_id])[0] for shape_id in IDS]
    for a, b, c in zip(found, backwards, alone, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(a, c)


def test_clouds_of_any_size_are_predicted_side_by_side(predict):
    sizes = [1, 19, 20, 21, 3000]
    clouds = [points_of(i, n) for i, n in zip(IDS, sizes, strict=False)]
    found = predict_shapes(predict, IDS[:5], clouds)
    assert [len(parts) for parts in found] == sizes


def test_predictions_do_not_depend_on_how_queries_are_split(monkeypatch):
    (whole,) = predict_shapes(decoder_predictor(), IDS[:1], [points_of(IDS[0], 1000)])
    monkeypatch.setattr(predictors, "QUERIES", 64)
    (cut,) = predict_shapes(decoder_predictor(), IDS[:1], [points_of(IDS[0], 1000)])
    np.testing.assert_array_equal(cut, whole)
    logits = small_decoder(len(PARTS))(
        torch.from_numpy(EMBEDDINGS[IDS[0]])[None], torch.eye(3)[:1],
        torch.from_numpy(points_of(IDS[0], 1000))[None],
    )  # fmt: skip
    np.testing.assert_array_equal(whole, logits[0, :, :2].argmax(1))  # a ball has the first two
    assert len(set(whole)) == 2


@pytest.mark.parametrize("n, groups", [(5, 1), (20, 1), (21, 2), (45, 3)])
def test_a_network_reads_every_point_in_groups_of_its_size(n, groups):
    model = PointNetwork()
    cloud = points_of("ball/0", n)
    (found,) = predict_shapes(network_predictor(20, model=model), ["ball/0"], [cloud])
    read = torch.cat(model.read)
    assert read.shape == (groups, 20, 3)
    assert {tuple(p) for p in read.flatten(0, 1).tolist()} == {tuple(p) for p in cloud.tolist()}
    with torch.no_grad():
        logits = model(torch.from_numpy(cloud)[None], torch.eye(3)[:1])
    np.testing.assert_array_equal(found, logits[0, :, :2].argmax(1))


def test_a_cloud_of_the_networks_size_is_read_at_once_and_shuffled():
    model = PointNetwork()
    predict_shapes(network_predictor(POINTS, model=model), IDS[:2])
    given = np.stack([points_of(i) for i in IDS[:2]])
    assert not np.array_equal(model.read[0], given)
    np.testing.assert_array_equal(np.sort(model.read[0], 1), np.sort(given, 1))


def test_groups_depend_on_seed_and_shape_alone():
    def read(ids, seed=0):
        model = PointNetwork()
        predict_shapes(network_predictor(20, seed, model), ids)
        return torch.cat(model.read)

    assert torch.equal(read(IDS[:2])[3:], read(IDS[1:2]))
    assert not torch.equal(read(IDS[:1]), read(IDS[:1], seed=1))


def test_a_point_that_also_fills_a_group_keeps_the_part_of_its_first_group():
    class GroupNumber(nn.Module):
        """Predicts part 0 in the first group of each shape, part 1 in the others."""

        def forward(self, points, one_hot):
            second = torch.arange(len(points)).view(-1, 1, 1).expand(-1, points.shape[1], 1)
            return torch.cat([0.5 - second, second - 0.5, (second * 0.0).expand(-1, -1, 3)], 2)

    cloud = points_of("ball/0", 30)
    (found,) = predict_shapes(network_predictor(20, model=GroupNumber()), ["ball/0"], [cloud])
    assert np.bincount(found).tolist() == [20, 10]


def test_the_number_of_groups_at_once_does_not_matter(monkeypatch):
    found = predict_shapes(network_predictor(), IDS)
    monkeypatch.setattr(predictors, "SHAPES", 2)
    for a, b in zip(predict_shapes(network_predictor(), IDS), found, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_nearest_training_point_is_right_on_training_points(shard):
    data = part_dataset(shard, "train")
    predict = NearestTrainingPoint(data)
    for cloud, found in predict_parts(predict, data.clouds()):
        np.testing.assert_array_equal(found, cloud.labels)


def test_the_nearest_training_point_by_hand(shard):
    data = part_dataset(shard, "train")
    queries = points_of("stick/99", 30)
    clouds = [c for c in data.clouds() if c.class_name == "stick"]
    points = np.concatenate([c.points for c in clouds])
    nearest = ((queries[:, None] - points[None]) ** 2).sum(2).argmin(1)
    (found,) = NearestTrainingPoint(data)(["stick/99"], ["stick"], [queries])
    np.testing.assert_array_equal(found, np.concatenate([c.labels for c in clouds])[nearest])


def test_predict_parts_gives_every_cloud_with_its_parts(shard, monkeypatch):
    monkeypatch.setattr(predictors, "SHAPES", 5)
    data = part_dataset(shard, "val")
    predict = decoder_predictor()
    pairs = list(predict_parts(predict, data.clouds()))
    assert [cloud.shape_id for cloud, _ in pairs] == data.shape_id
    for cloud, found in pairs:
        np.testing.assert_array_equal(found, predict_shapes(predict, [cloud.shape_id])[0])


def test_predictions_are_made_in_evaluation_mode_and_without_gradients():
    model = PointNetwork().train()
    predict_shapes(network_predictor(model=model), IDS[:1])
    assert not model.training and not model.read[0].requires_grad
