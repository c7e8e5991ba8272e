"""Classifying embeddings with a small fully connected network (paper, Section 4, Appendix F)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.errors import InputError
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.models.classifier import mlp_classifier
from inr2vec_core.training.trainer import TrainingResult, TrainSettings, train
from inr2vec_core.utils.seeding import derive_seed, torch_stream


def e_stitchup(x: Tensor, labels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Embeddings mixed within their class, appended to the batch (Wolfe & Lundgaard 2019).

    A sample with at least two others of its class in the batch is mixed with a random one of
    the class (itself included): dimension by dimension the partner's value is taken where
    u >= t, u ~ U(0, 1) per dimension, t ~ U(0, 1) once per sample.

    Args: x (b, e), labels (b,). Returns: x (b + m, e), labels (b + m,), m the mixed samples.
    """
    # Drawn on the CPU, where the generator is, so that every device draws the same.
    same = (labels.unsqueeze(0) == labels.unsqueeze(1)).cpu()
    chosen = torch.nonzero(same.sum(1) >= 3).squeeze(1)
    if not len(chosen):
        return x, labels
    partner = torch.multinomial(same[chosen].float(), 1, generator=generator).squeeze(1)
    u = torch.rand(len(chosen), x.shape[1], generator=generator)
    t = torch.rand(len(chosen), 1, generator=generator)
    chosen, partner, taken = (v.to(x.device) for v in (chosen, partner, u >= t))
    mixed = torch.where(taken, x[partner], x[chosen])
    return torch.cat([x, mixed]), torch.cat([labels, labels[chosen]])


@dataclass(frozen=True)
class Split:
    """Embeddings (n, e) float32 and class numbers (n,) int64 of one split."""

    x: Tensor
    labels: Tensor

    @classmethod
    def of(cls, x: np.ndarray, labels: np.ndarray) -> "Split":
        return cls(torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(labels).long())


class Classification:
    """The trainer's task (`training.Task`): cross-entropy, best validation accuracy.

    Args:
        train, validation: the splits; batches of them go to the model's device.
        batch: embeddings a step, before E-Stitchup adds its own.
        stitchup: mix embeddings of a class online.

    Raises:
        InputError: a split has too few embeddings to train on or to pick the best model by.
    """

    score, higher_is_better = "accuracy", True

    def __init__(
        self,
        model: nn.Module,
        train: Split,
        validation: Split,
        batch: int,
        seed: int,
        stitchup: bool = True,
    ):
        if len(train.labels) < 2 or not len(validation.labels):
            raise InputError(
                f"{len(train.labels)} training and {len(validation.labels)} validation embeddings: "
                "a classifier needs at least 2 and 1"
            )
        self.model, self.train, self.validation = model, train, validation
        self.batch, self.seed, self.stitchup = batch, seed, stitchup
        self._device = next(model.parameters()).device
        # Of even size, and never of a single row: BatchNorm cannot train on one.
        self.steps_per_epoch = min(-(-len(train.labels) // batch), len(train.labels) // 2)

    def batches(self, epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Shuffled batches of nearly the same size, with their mixed embeddings."""
        generator = torch_stream(self.seed, "stitch", epoch)
        order = torch.randperm(len(self.train.labels), generator=generator)
        for index in order.tensor_split(self.steps_per_epoch):
            batch = self.train.x[index], self.train.labels[index]
            yield e_stitchup(*batch, generator) if self.stitchup else batch

    def loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        x, labels = (part.to(self._device) for part in batch)
        return F.cross_entropy(self.model(x), labels)

    def logits(self, x: Tensor) -> Tensor:
        """(n, e) -> (n, classes) on the CPU, so many at once as a step takes."""
        return torch.cat([self.model(some.to(self._device)).cpu() for some in x.split(self.batch)])

    def validate(self) -> dict[str, float]:
        logits = self.logits(self.validation.x)
        return {
            "accuracy": accuracy(logits, self.validation.labels),
            "val_loss": float(F.cross_entropy(logits, self.validation.labels)),
        }


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """Share of right arg-max classes: (n, c), (n,) -> [0, 1]."""
    return float((logits.argmax(1) == labels).float().mean())


@dataclass(frozen=True)
class ClassifierSettings:
    """A classifier's layers, and how it is trained: `mlp_classifier`, `Classification`, `train`."""

    hidden: Sequence[int]
    dropout: float
    batch: int
    stitchup: bool
    epochs: int
    lr: float
    weight_decay: float


def classify(
    data: EmbeddingSet, settings: ClassifierSettings, seed: int, device: torch.device
) -> tuple[np.ndarray, TrainingResult]:
    """Train a classifier of `data.x`, and ask the best validation model of the test split.

    Returns:
        Class scores of the test split (n_test, classes), and the course of the training.
    """
    splits = {
        name: Split.of(data.x[data.split == name], data.labels[data.split == name])
        for name in ("train", "val", "test")
    }
    torch.manual_seed(derive_seed(seed, "classifier"))
    model = mlp_classifier(
        data.x.shape[1], len(data.classes), settings.hidden, settings.dropout
    ).to(device)
    task = Classification(
        model, splits["train"], splits["val"], settings.batch, seed, settings.stitchup
    )
    schedule = TrainSettings(settings.epochs, settings.lr, settings.weight_decay, "onecycle")
    course = train(task, schedule, seed, "classifier")
    with torch.no_grad():
        return task.logits(splits["test"].x).softmax(1).numpy(), course
