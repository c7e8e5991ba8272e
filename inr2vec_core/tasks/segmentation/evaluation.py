"""Trained methods of part segmentation, and how well they do on the test clouds."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn

from inr2vec_core.io.checkpoints import load_model, parse_bool, read_metadata
from inr2vec_core.io.embeddings import embeddings_by_shape
from inr2vec_core.io.sharded_dataset import ShardedShapes
from inr2vec_core.models.part_decoder import build_part_decoder
from inr2vec_core.shapes.augmentation import NONE
from inr2vec_core.tasks.segmentation.iou import shape_iou
from inr2vec_core.tasks.segmentation.labeled_clouds import PartDataset, reconstructed_clouds
from inr2vec_core.tasks.segmentation.parts import Parts
from inr2vec_core.tasks.segmentation.predictors import (
    DecoderPredictor,
    NearestTrainingPoint,
    NetworkPredictor,
    Predictor,
    predict_parts,
)


@dataclass(frozen=True)
class LoadedPredictor:
    """A predictor of parts with what is known of it.

    Attributes:
        predict: the predictor.
        shape_ids: the shapes that it can predict the parts of; None for all.
        training: how the model was trained: augmentation, epochs, converged and, of a network,
            n_points.
    """

    predict: Predictor
    shape_ids: Container[str] | None = None
    training: Mapping = field(default_factory=dict)


def load_predictor(
    parts: Parts,
    train_shapes: Sequence[str | Path],
    model: str | Path | None,
    embeddings: str | Path | None,
    build_network: Callable[[Mapping], nn.Module],
    seed: int,
    device: torch.device,
) -> LoadedPredictor:
    """Load a predictor of parts by the files that there are.

    Args:
        parts: the parts of the data set's classes.
        train_shapes: shards of labeled clouds, for the nearest training point.
        model: a part decoder where there are `embeddings`, a network where there are none; None
            for the nearest training point, which has no model.
        embeddings: the embeddings that a part decoder reads.
        build_network: makes a network from its description, as `load_model` takes it.
        seed: of the groups of points that a network reads.
        device: where the model predicts.

    Returns:
        The predictor.

    Raises:
        InputError: a file does not hold such a model.
    """
    if not model:
        nearest = NearestTrainingPoint(PartDataset(train_shapes, ["train"], parts))
        return LoadedPredictor(nearest, training={"augmentation": NONE})
    metadata = read_metadata(model)
    training = {
        "epochs": int(metadata["epochs"]),
        "converged": parse_bool(metadata["converged"]),
        "augmentation": metadata["augmentation"],
    }
    if embeddings:
        decoder, _ = load_model(model, build_part_decoder)
        by_shape = embeddings_by_shape(embeddings)
        predict = DecoderPredictor(decoder.to(device), parts, by_shape, device)
        return LoadedPredictor(predict, by_shape, training)
    network, description = load_model(model, build_network)
    points = description["points"]
    predict = NetworkPredictor(network.to(device), parts, points, seed, device)
    return LoadedPredictor(predict, None, training | {"n_points": points})


def ious_by_shape(
    loaded: LoadedPredictor,
    originals: PartDataset,
    parts: Parts,
    reconstructed: ShardedShapes | None = None,
) -> dict[str, float]:
    """Compute the mIoU of each test shape whose parts could be predicted.

    Args:
        loaded: the predictor.
        originals: the test clouds with their parts.
        parts: the parts of the data set's classes.
        reconstructed: the same shapes reconstructed from their INRs, where these are tested.

    Returns:
        Shape id -> mIoU in [0, 1]. A shape is missing that could not be fitted or reconstructed:
        it has no part right.
    """
    if reconstructed is None:
        clouds = originals.clouds()
    else:
        clouds = reconstructed_clouds(reconstructed, originals)
    if loaded.shape_ids is not None:  # a diverged INR has no embedding
        clouds = (cloud for cloud in clouds if cloud.shape_id in loaded.shape_ids)
    return {
        cloud.shape_id: shape_iou(predicted, cloud.labels, parts.numbers(cloud.class_name))
        for cloud, predicted in predict_parts(loaded.predict, clouds)
    }
