"""Voxels: labels, queries and what outputs stand for."""

import numpy as np
import torch

from inr2vec_core.geometry.queries import SCALE, QuerySampling, dequantize
from inr2vec_core.geometry.shapes import VoxelShape
from inr2vec_core.modalities import modality
from inr2vec_core.reconstruction.evaluate import distance_between

OCC = modality("occ")


def seeded(seed=0):
    return np.random.default_rng(seed)


def generator():
    return torch.Generator().manual_seed(0)


def test_occupancies_are_probabilities_whatever_the_loss_is_called():
    logits = torch.tensor([0.0, 100.0, -100.0])
    for loss in ("bce", "mse"):
        torch.testing.assert_close(OCC.values(logits, loss), torch.tensor([0.5, 1, 0]))


def test_voxels_are_queried_at_their_centers_each_once():
    grid = np.zeros((4, 4, 4), bool)
    grid[1, 2, 3] = grid[0, 0, 0] = True
    stored = OCC.sample_queries(VoxelShape(grid), 10_000, QuerySampling(), seeded())
    assert stored.shape == (64, 4)
    coords, labels = dequantize(torch.from_numpy(stored))
    index = ((coords + 1) * 2).floor().long()
    assert len(torch.unique(index, dim=0)) == 64
    torch.testing.assert_close(coords, (index * 2 + 1) / 4 - 1, rtol=0, atol=1 / SCALE)
    assert torch.equal(labels, torch.from_numpy(grid)[tuple(index.T)].float())
    assert not torch.equal(index, index[index[:, 0].argsort(stable=True)]), "in random order"


def test_part_of_the_queries_of_voxels_lie_near_occupied_ones():
    grid = np.zeros((20, 20, 20), bool)
    grid[5, 6, 7] = grid[0, 19, 0] = True
    coords, labels = dequantize(
        torch.from_numpy(
            OCC.sample_queries(VoxelShape(grid), 1000, QuerySampling(near=0.4), seeded())
        )
    )
    index = ((coords.numpy() + 1) * 10).astype(int)
    assert np.array_equal(labels.numpy(), grid[tuple(index.T)])
    near = np.zeros_like(grid)
    near[4:7, 5:8, 6:9] = near[:2, 18:, :2] = True
    assert 400 <= near[tuple(index.T)].sum() < 420
    # All 35 as likely, and in no order: the two occupied ones are a 17th of them.
    assert 8 < labels.sum() < 40 and 2 < labels[:500].sum() < 25
    assert np.array_equal(index, np.rint((coords.numpy() + 1) * 10 - 0.5))


def test_fewer_queries_than_voxels_are_different_ones():
    grid = np.random.default_rng(0).random((6, 6, 6)) < 0.3
    stored = OCC.sample_queries(VoxelShape(grid), 100, QuerySampling(), seeded())
    assert len(np.unique(stored[:, :3], axis=0)) == 100


def test_the_floor_of_voxels_is_no_distance(rng):
    grid = VoxelShape(rng.random((6, 6, 6)) < 0.5)
    assert distance_between(grid, OCC.oracle(grid, 6, generator()), 10, rng) == (0, 1, 0)
