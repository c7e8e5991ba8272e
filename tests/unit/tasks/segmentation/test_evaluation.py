"""Predictors loaded by the files that there are, and the IoU of what they predict."""

import numpy as np
import pytest
import torch

from inr2vec_core.geometry.shapes import CloudShape, PartLabels
from inr2vec_core.io.checkpoints import save_model
from inr2vec_core.io.embeddings import write_embeddings
from inr2vec_core.io.hdf5 import write_shard
from inr2vec_core.io.shape_columns import shape_columns
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.models.part_decoder import build_part_decoder
from inr2vec_core.tasks.segmentation.evaluation import (
    LoadedPredictor,
    ious_by_shape,
    load_predictor,
)
from inr2vec_core.tasks.segmentation.labeled_clouds import PartDataset, part_labels
from inr2vec_core.tasks.segmentation.parts import Parts

SPLITS = {"ball/0": "train", "ball/1": "test", "ball/2": "test"}


def cloud(k):
    points = np.random.default_rng(k).standard_normal((12, 3)).astype("f4")
    points[0, 2], points[1, 2] = 1, -1  # both parts are there
    return CloudShape(points, PartLabels(("bottom", "top"), (points[:, 2] > 0).astype(np.int16)))


def shard(path, ids, shapes):
    columns = {"shape_id": ids, "class": ["ball"] * len(ids), "split": [SPLITS[i] for i in ids],
               "augmentation": np.zeros(len(ids), int)}  # fmt: skip
    write_shard(path, columns | shape_columns(shapes, CloudShape))
    return [path]


@pytest.fixture
def shapes(tmp_path):
    return shard(tmp_path / "shapes.h5", list(SPLITS), [cloud(k) for k in range(3)])


@pytest.fixture
def parts(shapes):
    return Parts.of(part_labels(ShardedShapes(shapes, shapes, ["train"])))


def load(shapes, parts, model=None, embeddings=None, build=None):
    device = torch.device("cpu")
    return load_predictor(parts, shapes, model, embeddings, build, 0, device)


def right(shape_id, class_name, clouds):
    """Predicts what `cloud` labels; of its first part only, of ball/2."""
    return [
        (points[:, 2] > 0).astype(np.int64) * (name != "ball/2")
        for name, points in zip(shape_id, clouds, strict=True)
    ]


def test_without_a_model_the_nearest_training_point_predicts(shapes, parts):
    loaded = load(shapes, parts)
    assert loaded.shape_ids is None and loaded.training == {"augmentation": "none"}
    own = cloud(0)
    (predicted,) = loaded.predict(["ball/0"], ["ball"], [own.points])
    np.testing.assert_array_equal(predicted, own.parts.index)


def test_a_part_decoder_predicts_the_shapes_that_have_an_embedding(tmp_path, shapes, parts):
    description = {"embedding": 4, "classes": parts.classes, "parts": len(parts), "hidden": 8,
                   "frequencies": 2, "dropout": 0.0}  # fmt: skip
    save_model(build_part_decoder(description), description, tmp_path / "m", epochs=3,
               converged=False, augmentation="2 copies")  # fmt: skip
    write_embeddings(tmp_path / "e", ["ball/1"], ["ball"], ["test"], np.ones((1, 4), "f4"))
    loaded = load(shapes, parts, tmp_path / "m", tmp_path / "e")
    assert list(loaded.shape_ids) == ["ball/1"]
    assert loaded.training == {"epochs": 3, "converged": False, "augmentation": "2 copies"}
    found = ious_by_shape(loaded, PartDataset(shapes, ["test"], parts), parts)
    assert list(found) == ["ball/1"] and 0 <= found["ball/1"] <= 1


class Network(torch.nn.Module):
    """Predicts part 1 where z > 0."""

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(1))

    def forward(self, points, one_hot):
        z = self.scale * points[..., 2]
        return torch.stack([-z, z], -1)


def test_a_network_predicts_so_many_points_at_once(tmp_path, shapes, parts):
    training = {"epochs": 2, "converged": True, "augmentation": "online"}
    save_model(Network(), {"points": 5}, tmp_path / "m", **training)
    loaded = load(shapes, parts, tmp_path / "m", build=lambda description: Network())
    assert loaded.shape_ids is None
    assert loaded.training == training | {"n_points": 5}
    found = ious_by_shape(loaded, PartDataset(shapes, ["test"], parts), parts)
    assert found == {"ball/1": 1.0, "ball/2": 1.0}


def test_each_shapes_iou_is_its_own(shapes, parts):
    found = ious_by_shape(LoadedPredictor(right), PartDataset(shapes, ["test"], parts), parts)
    assert found["ball/1"] == 1.0 and 0 < found["ball/2"] < 0.5


def test_a_shape_that_was_not_reconstructed_is_missing(tmp_path, shapes, parts):
    files = shard(tmp_path / "inrs.h5", ["ball/1"], [CloudShape(cloud(1).points[::2].copy())])
    reconstructed = ShardedShapes(files, files, ["test"])
    originals = PartDataset(shapes, ["test"], parts)
    assert ious_by_shape(LoadedPredictor(right), originals, parts, reconstructed) == {"ball/1": 1.0}
