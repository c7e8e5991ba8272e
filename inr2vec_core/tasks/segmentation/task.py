"""Training to segment: a decoder of embeddings, or a network that reads clouds.

Both see random labeled points of each shape at each step. They are validated by the parts of all
points of the validation clouds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.augmentation import distort
from inr2vec_core.io.sharded_dataset import Batch
from inr2vec_core.models.part_decoder import PartDecoder
from inr2vec_core.tasks.segmentation.iou import MeanIoU, shape_iou
from inr2vec_core.tasks.segmentation.labeled_clouds import LabeledCloud, PartDataset
from inr2vec_core.tasks.segmentation.predictors import (
    DecoderPredictor,
    NetworkPredictor,
    Predictor,
    predict_parts,
)
from inr2vec_core.training.convergence import ConvergenceCheck, convergence_of_mean
from inr2vec_core.training.shard_task import ShardTask
from inr2vec_core.utils.seeding import numpy_stream
from inr2vec_core.utils.settings import Settings


@dataclass(frozen=True)
class SegmentationSettings(Settings):
    """Batches of a training.

    Attributes:
        batch: shapes per step.
        points: random points of each shape and step: a decoder's queries (all of a cloud, where
            it has no more), or what a network reads at once.
        buffer: shapes held in memory for shuffling.
        precision: "bfloat16" trains in mixed precision where the device has such products.
        augment: whether the points that a network reads are stretched and jittered.
    """

    batch: int = 256
    points: int = 2048
    buffer: int = 4096
    precision: str = "float32"
    augment: bool = True


class _Segmentation(ShardTask):
    """What both trainings share: random labeled points of each cloud, best class mIoU."""

    score, higher_is_better = "class_miou", True
    stream = ("parts",)
    predict: Predictor

    def __init__(
        self,
        model: nn.Module,
        train: PartDataset,
        validation: PartDataset,
        settings: SegmentationSettings,
        seed: int,
        device: torch.device,
    ):
        if len(train) < 2:
            raise InputError(f"{len(train)} training shape(s): a segmentation needs at least 2")
        super().__init__(model, train, validation, settings, seed, device)

    def inputs_of(self, batch: Batch, epoch: int) -> tuple[Tensor, ...]:
        """What the model's `loss` takes: its inputs, and labels (b, points) int64."""
        clouds = self.data.labeled(batch)
        points, labels = zip(*(self._draw(cloud, epoch) for cloud in clouds), strict=True)
        one_hot = self.data.parts.one_hot(batch.class_name)
        inputs = self._inputs(batch.shape_id, np.stack(points), one_hot)
        return tuple(map(torch.from_numpy, (*inputs, np.stack(labels))))

    def _inputs(
        self, shape_id: list[str], points: np.ndarray, one_hot: np.ndarray
    ) -> tuple[np.ndarray, ...]:
        """The model's inputs, from ids (b,), points (b, points, 3) and classes one-hot (b, C)."""
        raise NotImplementedError

    def _draw(self, cloud: LabeledCloud, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """Random points to train on (points, 3) float32, and their parts (points,)."""
        # Streams keep their first names, so that figures stay as they were.
        rng = numpy_stream(self.seed, "labelled points", cloud.shape_id, epoch)
        chosen = rng.permutation(len(cloud.points))[: self.settings.points]
        return self._augment(cloud.points[chosen], rng), cloud.labels[chosen]

    def _augment(self, points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Points (points, 3) as they are trained on."""
        return points

    def loss(self, batch: tuple[Tensor, ...]) -> Tensor:
        """The model's loss of a batch."""
        with self.autocast():
            return self.model.loss(*self.on_device(batch))

    def validate(self) -> dict[str, float]:
        """Class and instance mIoU of the validation clouds, all their points."""
        names, ious = [], []
        for cloud, predicted in predict_parts(self.predict, self.validation.clouds()):
            names.append(cloud.class_name)
            parts_of_class = self.validation.parts.numbers(cloud.class_name)
            ious.append(shape_iou(predicted, cloud.labels, parts_of_class))
        mean = MeanIoU.of(names, ious)
        return {
            "class_miou": mean.by_class,
            "class_miou_error": mean.error,
            "instance_miou": mean.instance,
        }

    def convergence(self, history: list[dict[str, float]]) -> ConvergenceCheck:
        """Whether the validation curve of a training still rose at its end."""
        return convergence_of_mean(history, self.score, "class_miou_error")


class EmbeddingSegmentationTask(_Segmentation):
    """The trainer's task (`trainer.Task`): parts of query points, predicted from embeddings.

    Args:
        model: embeddings (b, e), classes (b, C), points (b, n, 3) -> logits (b, n, P).
        train: training clouds, whose points are the queries; all of them have an embedding.
        validation: validation clouds, likewise.
        embeddings: (e,) float32 by shape id.
        settings: batches and precision.
        seed: of points and shuffling.
        device: where the model is trained.

    Raises:
        InputError: there is only one training shape.
    """

    def __init__(
        self,
        model: PartDecoder,
        train: PartDataset,
        validation: PartDataset,
        embeddings: Mapping[str, np.ndarray],
        settings: SegmentationSettings,
        seed: int,
        device: torch.device,
    ):
        super().__init__(model, train, validation, settings, seed, device)
        self._embeddings = embeddings
        self.predict = DecoderPredictor(model, train.parts, embeddings, device, settings.precision)

    def _inputs(
        self, shape_id: list[str], points: np.ndarray, one_hot: np.ndarray
    ) -> tuple[np.ndarray, ...]:
        return np.stack([self._embeddings[name] for name in shape_id]), one_hot, points


class CloudSegmentationTask(_Segmentation):
    """The trainer's task (`trainer.Task`): parts of points, by a network that reads the cloud.

    Training points are stretched and jittered as those of the classifiers (`CloudInput`), unless
    the settings say otherwise.

    Args:
        model: points (b, n, 3) and classes (b, C) -> logits (b, n, P), with
            `loss(points, one_hot, labels) -> ()`.
        train: training clouds.
        validation: validation clouds.
        settings: batches and precision.
        seed: of points, groups and shuffling.
        device: where the model is trained.

    Raises:
        InputError: there is only one training shape, or its cloud has too few points.
    """

    def __init__(
        self,
        model: nn.Module,
        train: PartDataset,
        validation: PartDataset,
        settings: SegmentationSettings,
        seed: int,
        device: torch.device,
    ):
        super().__init__(model, train, validation, settings, seed, device)
        (first,) = train.read(np.array([0]), ["shapes"])["shapes"]
        n_points = len(first.points)
        if n_points < settings.points:
            raise InputError(
                f"the network takes {settings.points} points and the clouds have {n_points}: "
                "lower the network's `points`"
            )
        self.predict = NetworkPredictor(
            model, train.parts, settings.points, seed, device, settings.precision
        )

    def _inputs(
        self, shape_id: list[str], points: np.ndarray, one_hot: np.ndarray
    ) -> tuple[np.ndarray, ...]:
        return points, one_hot

    def _augment(self, points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return distort(points, rng).astype(np.float32) if self.settings.augment else points
