"""The training of a transfer network."""

import numpy as np
import torch

from inr2vec_core.geometry.shapes import CloudShape
from inr2vec_core.modalities import modality
from inr2vec_core.models.transfer import TransferNetwork
from inr2vec_core.reconstruction.evaluate import FAILED
from inr2vec_core.tasks.mapping.pairs import Pairs
from inr2vec_core.tasks.mapping.task import MappingSettings, TransferTask, validation_rows
from inr2vec_core.training.trainer import TrainSettings, train
from unit.tasks.mapping.paired_embeddings import linear_pairs


class Ball(torch.nn.Module):
    """Decodes a ball whose radius is the embedding's first number."""

    modality = modality("udf")

    def decoded(self, embedding):
        return lambda points: (points.norm(dim=1) - embedding[0].abs()).abs()


def sphere(radius, n=400):
    points = np.random.default_rng(0).normal(size=(n, 3))
    return CloudShape((radius * points / np.linalg.norm(points, axis=1, keepdims=True)).astype("f"))


def task_of(pairs, batch=8, seed=0):
    rows = validation_rows(pairs, 3, 0)
    shapes = [sphere(abs(float(pairs.y[i, 0]))) for i in rows]
    torch.manual_seed(seed)
    net = TransferNetwork(pairs.x.shape[1], pairs.y.shape[1], 32, 3)
    settings = MappingSettings(batch=batch, validation_points=200)
    return TransferTask(net, pairs, Ball(), (rows, shapes), settings, 0, torch.device("cpu"))


def radii(pairs):
    """The same pairs with targets that are radii of balls."""
    return Pairs(**vars(pairs) | {"y": 0.5 + 0.3 * np.tanh(pairs.y)})


def test_a_mapping_is_learned():
    task = task_of(radii(linear_pairs()))
    task.model.eval()
    with torch.no_grad():
        before = task.validate()
    result = train(task, TrainSettings(epochs=60, lr=1e-2, validate_every=10), 0)
    last = result.history[result.best_epoch - 1]
    assert last["mse"] < 0.3 * before["mse"]
    assert last["chamfer"] < 0.5 * before["chamfer"] and last["failed"] == 0


def test_batches_have_every_training_pair_once():
    task = task_of(linear_pairs(), batch=5)
    rows = torch.cat(list(task.batches(1)))
    assert sorted(rows.tolist()) == list(range(24)) and task.steps_per_epoch == 5
    assert rows.tolist() != torch.cat(list(task.batches(2))).tolist()
    assert rows.tolist() == torch.cat(list(task.batches(1))).tolist()
    one_left = task_of(linear_pairs(), batch=23)
    assert [len(b) for b in one_left.batches(1)] == [23] and one_left.steps_per_epoch == 1


def test_an_embedding_without_surface_counts_as_failed():
    pairs = linear_pairs()
    task = task_of(Pairs(**vars(pairs) | {"y": np.full_like(pairs.y, 50.0)}))
    task._validation = (task._validation[0], [sphere(0.5)] * 3)
    with torch.no_grad():
        task.model.eval()
        for p in task.model.parameters():
            p.fill_(10.0)
        found = task.validate()
    assert found["chamfer"] == FAILED and found["failed"] == 1
