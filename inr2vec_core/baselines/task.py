"""Training a baseline to classify or rebuild shapes, and its class scores of shapes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.baselines.autoencoder import chamfer_loss
from inr2vec_core.errors import InputError
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.io.sharded_dataset import Batch, ShardedShapes, prefetch
from inr2vec_core.tasks.classification.task import accuracy
from inr2vec_core.training.convergence import (
    ConvergenceCheck,
    convergence_of_accuracy,
    convergence_of_distance,
)
from inr2vec_core.training.precision import has_bfloat16
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import numpy_stream

CHUNK = 64  # views at once


@dataclass(frozen=True)
class NetworkSettings:
    """Batches of a network's training.

    Attributes:
        batch: shapes a step.
        buffer: shapes held in memory for shuffling.
        precision: "bfloat16" trains in mixed precision where the device has such products.
    """

    batch: int = 32
    buffer: int = 4096
    precision: str = "float32"


class _ShapeTask:
    """What trainings on shapes share: augmented views in shuffled batches, made ahead."""

    def __init__(
        self,
        model: nn.Module,
        inputs,
        train: ShardedShapes,
        validation: ShardedShapes,
        settings: NetworkSettings,
        seed: int,
        device: torch.device,
    ):
        self.model, self.inputs, self.seed, self.device = model.to(device), inputs, seed, device
        self.data, self.validation, self.settings = train, validation, settings
        self._mixed = settings.precision == "bfloat16" and has_bfloat16(device)
        self.steps_per_epoch = train.n_batches(settings.batch)
        if len(train) < 2:
            raise InputError(f"{len(train)} training shape(s): a network needs at least 2")
        (one,) = train.read(np.array([0]), ["shapes"])["shapes"]
        if not isinstance(one, inputs.form):
            raise InputError(
                f"the network reads {inputs.form.__name__}s and the data set has "
                f"{type(one).__name__}s: choose a network for its `field`"
            )

    def batches(self, epoch: int) -> Iterator[tuple[Tensor, list[str]]]:
        """Augmented views (b, ...) and class names (b,), made ahead in a thread."""
        stream = self.data.shuffled(
            self.settings.batch, ("shapes",), self.settings.buffer, self.seed, "network", epoch
        )
        return prefetch((self._augmented(batch, epoch), batch.class_name) for batch in stream)

    def _augmented(self, batch: Batch, epoch: int) -> Tensor:
        views = [
            self.inputs.augmented(
                shape_id, shape, numpy_stream(self.seed, "augmented", shape_id, epoch)
            )
            for shape_id, shape in zip(batch.shape_id, batch.columns["shapes"], strict=True)
        ]
        return torch.from_numpy(np.stack(views))

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self._mixed)

    def _validation_batches(self) -> Iterator[Batch]:
        return self.validation.in_order(4 * self.settings.batch, ("shapes",))


class ShapeClassification(_ShapeTask):
    """The trainer's task (`training.Task`): classes of shapes, best validation accuracy.

    Args:
        model: views (b, ...) -> logits (b, classes), with `loss(views, labels) -> ()`.
        inputs: what the model reads of a shape (`inputs.py`).
        train, validation: the splits.
        classes: all class names, in the order of the logits.

    Raises:
        InputError: the shapes have another form than the network reads, or there is only one.
    """

    score, higher_is_better = "accuracy", True

    def __init__(
        self,
        model: nn.Module,
        inputs,
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
        with self._autocast():
            return self.model.loss(views.to(self.device), self._labels(names).to(self.device))

    def _labels(self, names: Sequence[str]) -> Tensor:
        return torch.tensor([self._number[name] for name in names])

    def validate(self) -> dict[str, float]:
        """Accuracy and cross-entropy on the validation split."""
        scores = torch.cat([
            scores_of(
                self.model, self.inputs, batch.shape_id, batch.columns["shapes"], self.seed,
                self.device, self._mixed,
            )
            for batch in self._validation_batches()
        ])  # fmt: skip
        labels = self._labels(self.validation.class_name)
        return {
            "accuracy": accuracy(scores, labels),
            "val_loss": float(F.nll_loss(scores.clamp_min(1e-12).log(), labels)),
        }

    def convergence(self, history: list[dict[str, float]]) -> ConvergenceCheck:
        """Whether a training's curve still rose at its end."""
        return convergence_of_accuracy(history, self.score, len(self.validation))


class PointAutoencoderTask(_ShapeTask):
    """The trainer's task: clouds from their embeddings, best validation Chamfer distance.

    Args: as of `ShapeClassification`, without classes; the model as `point_autoencoder.py` has it.
    """

    score, higher_is_better = "chamfer", False

    def loss(self, batch: tuple[Tensor, list[str]]) -> Tensor:
        """Mean Chamfer distance of the batch."""
        views = batch[0].to(self.device)
        with self._autocast():
            decoded = self.model(views)
        return chamfer_loss(decoded.float(), views) + getattr(self.model.encoder, "penalty", 0.0)

    def validate(self) -> dict[str, float]:
        """Mean Chamfer distance on the validation split."""
        total = 0.0
        for batch in self._validation_batches():
            views = views_of(self.inputs, batch.shape_id, batch.columns["shapes"], self.seed)
            for some in views[:, 0].split(CHUNK):
                some = some.to(self.device)
                with self._autocast():
                    decoded = self.model(some)
                total += float(chamfer_loss(decoded.float(), some)) * len(some)
        return {"chamfer": total / len(self.validation)}

    def convergence(self, history: list[dict[str, float]]) -> ConvergenceCheck:
        """Whether a training's curve still fell at its end."""
        return convergence_of_distance(history, self.score)


def views_of(inputs, shape_ids: Sequence[str], shapes: Sequence[Shape], seed: int) -> Tensor:
    """Views to test on: (n, n_views, ...); they depend on seed and shape alone."""
    return torch.from_numpy(np.stack([
        inputs.views(name, shape, numpy_stream(seed, "views", name))
        for name, shape in zip(shape_ids, shapes, strict=True)
    ]))  # fmt: skip


@torch.no_grad()
def scores_of(
    model: nn.Module,
    inputs,
    shape_ids: Sequence[str],
    shapes: Sequence[Shape],
    seed: int,
    device: torch.device,
    mixed: bool = False,
) -> Tensor:
    """Class probabilities of shapes, the mean over their views: (n, classes) on the CPU."""
    model.eval()
    views = views_of(inputs, shape_ids, shapes, seed)
    flat = views.flatten(0, 1).to(device)
    with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
        scores = torch.cat([model(some).float().softmax(1) for some in flat.split(CHUNK)])
    return scores.view(len(views), -1, scores.shape[1]).mean(1).cpu()


def score_split(
    model: nn.Module, inputs, data: ShardedShapes, seed: int, device: torch.device
) -> list[np.ndarray]:
    """Class probabilities (classes,) of each shape of a data set, in stored order."""
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
    model: nn.Module, inputs, data: ShardedShapes, seed: int, device: torch.device
) -> Iterator[np.ndarray]:
    """Embeddings of all clouds of a data set in stored order, some at a time: (b, e) each."""
    model.eval()
    for batch in track(
        data.in_order(CHUNK, ["shapes"]), "embedding", -(-len(data) // CHUNK), "batch"
    ):
        views = views_of(inputs, batch.shape_id, batch.columns["shapes"], seed)[:, 0]
        yield model.embed(views.to(device)).cpu().numpy()
