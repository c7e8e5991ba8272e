"""Training a baseline to classify or reconstruct shapes, and its class scores of shapes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.baselines.autoencoder import chamfer_loss
from inr2vec_core.baselines.inputs import NetworkInput
from inr2vec_core.errors import InputError
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.io.sharded_dataset import Batch, ShardedShapes
from inr2vec_core.tasks.classification.task import accuracy
from inr2vec_core.training.convergence import (
    ConvergenceCheck,
    convergence_of_accuracy,
    convergence_of_distance,
)
from inr2vec_core.training.precision import autocast
from inr2vec_core.training.shard_task import ShardTask
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import numpy_stream
from inr2vec_core.utils.settings import Settings

CHUNK = 64  # views at once


@dataclass(frozen=True)
class NetworkSettings(Settings):
    """Batches of a network's training.

    Attributes:
        batch: shapes per step.
        buffer: shapes held in memory for shuffling.
        precision: "bfloat16" trains in mixed precision where the device has such products.
        augment: whether the views are augmented.
    """

    batch: int = 32
    buffer: int = 4096
    precision: str = "float32"
    augment: bool = True


class _ShapeTask(ShardTask):
    """What trainings on shapes share: a view of each shape, drawn anew in every epoch.

    Args:
        model: the network.
        inputs: what the network reads of a shape.
        train: the training split.
        validation: the validation split.
        settings: batches and precision.
        seed: of augmentation and shuffling.
        device: where the model is trained.

    Raises:
        InputError: the shapes have another form than the network reads, or there is only one.
    """

    stream = ("network",)  # streams keep their first names, so that figures stay as they were

    def __init__(
        self,
        model: nn.Module,
        inputs: NetworkInput,
        train: ShardedShapes,
        validation: ShardedShapes,
        settings: NetworkSettings,
        seed: int,
        device: torch.device,
    ):
        super().__init__(model, train, validation, settings, seed, device)
        self.inputs = inputs
        if len(train) < 2:
            raise InputError(f"{len(train)} training shape(s): a network needs at least 2")
        (first,) = train.read(np.array([0]), ["shapes"])["shapes"]
        if not isinstance(first, inputs.form):
            raise InputError(
                f"the network reads {inputs.form.__name__}s and the data set has "
                f"{type(first).__name__}s: choose a network for its `field`"
            )

    def inputs_of(self, batch: Batch, epoch: int) -> tuple[Tensor, list[str]]:
        """Views (b, ...), augmented or not, and class names (b,)."""
        read = self.inputs.augmented if self.settings.augment else self.inputs.plain
        views = [
            read(shape_id, shape, numpy_stream(self.seed, "augmented", shape_id, epoch))
            for shape_id, shape in zip(batch.shape_id, batch.columns["shapes"], strict=True)
        ]
        return torch.from_numpy(np.stack(views)), batch.class_name

    def _validation_batches(self) -> Iterator[Batch]:
        return self.validation.in_order(4 * self.settings.batch, ("shapes",))


class ShapeClassification(_ShapeTask):
    """The trainer's task (`trainer.Task`): classes of shapes, validated by accuracy.

    Args:
        model: views (b, ...) -> logits (b, classes), with `loss(views, labels) -> ()`.
        inputs: what the model reads of a shape.
        train: the training split.
        validation: the validation split.
        classes: all class names, in the order of the logits.
        settings: batches and precision.
        seed: of augmentation and shuffling.
        device: where the model is trained.

    Raises:
        InputError: the shapes have another form than the network reads, or there is only one.
    """

    score, higher_is_better = "accuracy", True

    def __init__(
        self,
        model: nn.Module,
        inputs: NetworkInput,
        train: ShardedShapes,
        validation: ShardedShapes,
        classes: Sequence[str],
        settings: NetworkSettings,
        seed: int,
        device: torch.device,
    ):
        super().__init__(model, inputs, train, validation, settings, seed, device)
        self._number = {name: i for i, name in enumerate(classes)}

    def loss(self, batch: tuple[Tensor, list[str]]) -> Tensor:
        """The network's loss of a batch."""
        views, names = batch
        with self.autocast():
            return self.model.loss(*self.on_device((views, self._labels(names))))

    def _labels(self, names: Sequence[str]) -> Tensor:
        return torch.tensor([self._number[name] for name in names])

    def validate(self) -> dict[str, float]:
        """Accuracy and cross-entropy on the validation split."""
        scores = torch.cat([
            scores_of(
                self.model, self.inputs, batch.shape_id, batch.columns["shapes"], self.seed,
                self.device, self.settings.precision,
            )
            for batch in self._validation_batches()
        ])  # fmt: skip
        labels = self._labels(self.validation.class_name)
        return {
            "accuracy": accuracy(scores, labels),
            "val_loss": float(F.nll_loss(scores.clamp_min(1e-12).log(), labels)),
        }

    def convergence(self, history: list[dict[str, float]]) -> ConvergenceCheck:
        """Whether the validation curve of a training still rose at its end."""
        return convergence_of_accuracy(history, self.score, len(self.validation))


class PointAutoencoderTask(_ShapeTask):
    """The trainer's task (`trainer.Task`): clouds from their embeddings, best Chamfer distance.

    Its arguments are those of `ShapeClassification` without the classes; the model is a
    `PointAutoencoder`.
    """

    score, higher_is_better = "chamfer", False

    def loss(self, batch: tuple[Tensor, list[str]]) -> Tensor:
        """Mean Chamfer distance of the batch, and the encoder's penalty."""
        views = batch[0].to(self.device)
        with self.autocast():
            decoded = self.model(views)
        return chamfer_loss(decoded.float(), views) + getattr(self.model.encoder, "penalty", 0.0)

    def validate(self) -> dict[str, float]:
        """Mean Chamfer distance on the validation split."""
        total = 0.0
        for batch in self._validation_batches():
            views = views_of(self.inputs, batch.shape_id, batch.columns["shapes"], self.seed)
            for clouds in views[:, 0].split(CHUNK):
                clouds = clouds.to(self.device)
                with self.autocast():
                    decoded = self.model(clouds)
                total += float(chamfer_loss(decoded.float(), clouds)) * len(clouds)
        return {"chamfer": total / len(self.validation)}

    def convergence(self, history: list[dict[str, float]]) -> ConvergenceCheck:
        """Whether the validation curve of a training still fell at its end."""
        return convergence_of_distance(history, self.score)


def views_of(
    inputs: NetworkInput, shape_ids: Sequence[str], shapes: Sequence[Shape], seed: int
) -> Tensor:
    """Views to test on, which depend on the seed and the shape alone.

    Args:
        inputs: what the network reads of a shape.
        shape_ids: ids of n shapes.
        shapes: the n shapes.
        seed: of the random choices in views.

    Returns:
        (n, n_views, ...).
    """
    return torch.from_numpy(np.stack([
        inputs.views(name, shape, numpy_stream(seed, "views", name))
        for name, shape in zip(shape_ids, shapes, strict=True)
    ]))  # fmt: skip


@torch.no_grad()
def scores_of(
    model: nn.Module,
    inputs: NetworkInput,
    shape_ids: Sequence[str],
    shapes: Sequence[Shape],
    seed: int,
    device: torch.device,
    precision: str = "float32",
) -> Tensor:
    """Class probabilities of shapes, the mean over their views.

    Args:
        model: views (b, ...) -> logits (b, classes).
        inputs: what the model reads of a shape.
        shape_ids: ids of n shapes.
        shapes: the n shapes.
        seed: of the random choices in views.
        device: where the model is.
        precision: "bfloat16" computes in mixed precision where the device has it.

    Returns:
        (n, classes) on the CPU.
    """
    model.eval()
    views = views_of(inputs, shape_ids, shapes, seed)
    with autocast(device, precision):
        scores = torch.cat([
            model(chunk).float().softmax(1)
            for chunk in views.flatten(0, 1).to(device).split(CHUNK)
        ])  # fmt: skip
    return scores.view(len(views), -1, scores.shape[1]).mean(1).cpu()


def score_split(
    model: nn.Module, inputs: NetworkInput, data: ShardedShapes, seed: int, device: torch.device
) -> list[np.ndarray]:
    """Class probabilities of each shape of a data set.

    Args:
        model: views (b, ...) -> logits (b, classes).
        inputs: what the model reads of a shape.
        data: the shapes.
        seed: of the random choices in views.
        device: where the model is.

    Returns:
        The probabilities (classes,) of each shape, in stored order.
    """
    batches = track(data.in_order(CHUNK, ["shapes"]), "testing", -(-len(data) // CHUNK), "batch")
    return [
        row
        for batch in batches
        for row in scores_of(
            model, inputs, batch.shape_id, batch.columns["shapes"], seed, device
        ).numpy()
    ]


@torch.no_grad()
def embed_clouds(
    model: nn.Module, inputs: NetworkInput, data: ShardedShapes, seed: int, device: torch.device
) -> Iterator[np.ndarray]:
    """Embeddings of all clouds of a data set.

    Args:
        model: with `embed`: views (b, points, 3) -> embeddings (b, e).
        inputs: what the model reads of a cloud.
        data: the clouds.
        seed: of the random choices in views.
        device: where the model is.

    Yields:
        Batches of embeddings (b, e), in stored order.
    """
    model.eval()
    for batch in track(
        data.in_order(CHUNK, ["shapes"]), "embedding", -(-len(data) // CHUNK), "batch"
    ):
        views = views_of(inputs, batch.shape_id, batch.columns["shapes"], seed)[:, 0]
        yield model.embed(views.to(device)).cpu().numpy()
