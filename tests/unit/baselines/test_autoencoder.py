"""Auto-encoders of clouds: the Chamfer loss by hand, and a training that learns."""

import numpy as np
import pytest
import torch

from inr2vec_core.baselines.autoencoder import chamfer_loss
from inr2vec_core.baselines.inputs import CloudInput
from inr2vec_core.baselines.registry import build_autoencoder
from inr2vec_core.baselines.task import NetworkSettings, PointAutoencoderTask, embed_clouds
from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import shape_columns
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.training.trainer import TrainSettings, train

CPU = torch.device("cpu")
DESCRIPTION = {"type": "pointnet", "points": 32, "neighbors": 4, "embedding": 8}


def test_chamfer_by_hand():
    a = torch.tensor([[[0.0, 0, 0], [1, 0, 0]]])
    b = torch.tensor([[[0.0, 0, 0], [0, 2, 0], [1, 0, 1]]])
    # a to b: 0 and 1; b to a: 0, 4 and 1.
    assert chamfer_loss(a, b).item() == pytest.approx(1 / 2 + 5 / 3)
    assert chamfer_loss(a, a).item() == 0


def test_chamfers_gradient_is_that_of_all_pairs():
    torch.manual_seed(0)
    a, b = torch.randn(2, 7, 3, requires_grad=True), torch.randn(2, 5, 3)
    chamfer_loss(a, b).backward()
    plain = a.detach().clone().requires_grad_()
    squares = (plain.unsqueeze(2) - b.unsqueeze(1)).square().sum(3)
    (squares.amin(2).mean() + squares.amin(1).mean()).backward()
    torch.testing.assert_close(a.grad, plain.grad)


@pytest.mark.parametrize("kind", ["pointnet", "pointnet2", "dgcnn"])
def test_every_network_on_clouds_can_encode(kind):
    model = build_autoencoder(DESCRIPTION | {"type": kind})
    clouds = torch.rand(3, 32, 3)
    assert model.embed(clouds).shape == (3, 8)
    assert model(clouds).shape == (3, 32, 3)


@pytest.fixture
def shard(tmp_path):
    """Spheres of two sizes that stretching cannot turn into each other."""
    rng = np.random.default_rng(0)
    shapes, columns = [], {"shape_id": [], "class": [], "split": []}
    for split, number in (("train", 16), ("val", 4)):
        for k in range(number):
            points = rng.normal(size=(32, 3))
            points *= (0.9 if k % 2 else 0.2) / np.linalg.norm(points, axis=1, keepdims=True)
            shapes.append(CloudShape(points.astype(np.float32)))
            for name, value in zip(columns, (f"{split}/{k}", "ab"[k % 2], split), strict=True):
                columns[name].append(value)
    write_shard(tmp_path / "0.h5", columns | shape_columns(shapes, CloudShape))
    return [tmp_path / "0.h5"]


def test_training_brings_the_clouds_nearer_and_tells_sizes_apart(shard):
    torch.manual_seed(0)
    task = PointAutoencoderTask(
        build_autoencoder(DESCRIPTION), CloudInput(32, jitter=0),
        ShardedShapes(shard, shard, ["train"]), ShardedShapes(shard, shard, ["val"]),
        NetworkSettings(batch=4), 0, CPU,
    )  # fmt: skip
    result = train(task, TrainSettings(12, 2e-3, schedule="onecycle"), 0)
    distances = [row["chamfer"] for row in result.history]
    assert result.best_score == min(distances) < distances[0] / 2
    validation = ShardedShapes(shard, shard, ["val"])
    x = np.concatenate(list(embed_clouds(task.model, task.inputs, validation, 0, CPU)))
    assert x.shape == (4, 8)
    small, large = x[::2], x[1::2]
    assert np.linalg.norm(small[0] - small[1]) < np.linalg.norm(small[0] - large[0])
