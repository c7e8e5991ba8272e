"""Labeled shapes and a small network that the tests of this folder share."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from inr2vec_core.geometry.shapes import CloudShape, PartLabels
from inr2vec_core.models.part_decoder import PartDecoder
from inr2vec_core.tasks.segmentation.labeled_clouds import PartDataset
from inr2vec_core.tasks.segmentation.parts import Parts

POINTS = 48
NAMES = {"ball": ("low", "high"), "stick": ("first", "last"), "worm": ("whole",)}
PARTS = Parts(
    (("ball", "high"), ("ball", "low"), ("stick", "first"), ("stick", "last"), ("worm", "whole")),
    (9, 9, 9, 9, 9),
)


def number(shape_id):
    return int(shape_id.split("/")[1])


def points_of(shape_id, n=POINTS):
    return np.random.default_rng(number(shape_id)).uniform(-0.5, 0.5, (n, 3)).astype("f4")


def cloud_of(shape_id):
    """A ball is parted at its equator, its poles on one of two axes; a stick at its middle."""
    class_name, points = shape_id.split("/")[0], points_of(shape_id)
    axis = number(shape_id) // 3 % 2 if class_name == "ball" else 2
    index = (points[:, axis] > 0) & (class_name != "worm")
    return CloudShape(points, PartLabels(NAMES[class_name], index.astype(np.int16)))


def embedding_of(shape_id):
    """Tells the axis of the poles."""
    rng = np.random.default_rng(1000 + number(shape_id))
    return (np.eye(2, 5)[number(shape_id) // 3 % 2] + rng.normal(0, 0.05, 5)).astype("f4")


def split_of(k):
    return "train" if k < 24 else "val"


IDS = [f"{list(NAMES)[k % 3]}/{k}" for k in range(36)]
EMBEDDINGS = {shape_id: embedding_of(shape_id) for shape_id in IDS}


def part_dataset(shard, split):
    return PartDataset([shard], [split], PARTS)


def small_decoder(parts=4, seed=0):
    torch.manual_seed(seed)
    return PartDecoder(5, 3, parts, hidden=16, frequencies=2)


class PointNetwork(nn.Module):
    """Logits of each point, from its coordinates and the class."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, len(PARTS))
        )
        self.read = []

    def forward(self, points, one_hot):
        self.read.append(points)
        classes = one_hot[:, None].expand(-1, points.shape[1], -1)
        return self.layers(torch.cat([points, classes], 2))

    def loss(self, points, one_hot, labels):
        return F.cross_entropy(self(points, one_hot).flatten(0, 1).float(), labels.flatten())
