"""Classification of embeddings by a small fully connected network (paper, Section 4, App. F)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inr2vec_core.errors import InputError
from inr2vec_core.io.copies import DrawnCopies
from inr2vec_core.io.embeddings import EmbeddingSet
from inr2vec_core.models.classifier import mlp_classifier
from inr2vec_core.training.trainer import TrainingResult, TrainSettings, train
from inr2vec_core.utils.seeding import derive_seed, numpy_stream, torch_stream
from inr2vec_core.utils.settings import Settings


def e_stitchup(x: Tensor, labels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Append embeddings that are mixed within their class (E-Stitchup; Wolfe & Lundgaard 2019).

    A sample with at least two others of its class in the batch is mixed with a random one of the
    class, which may be itself. In each dimension the partner's value is taken where u >= t, with
    u ~ U(0, 1) for each dimension and t ~ U(0, 1) for each sample.

    Args:
        x: (b, e) embeddings.
        labels: (b,) numbers of classes.
        generator: the random stream, on the CPU.

    Returns:
        (b + m, e) embeddings and (b + m,) labels; m samples are mixed ones.
    """
    # On the CPU, so that draws do not depend on the device.
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
    """The embeddings of one split.

    Attributes:
        x: (n, e) float32 embeddings.
        labels: (n,) int64 numbers of classes.
    """

    x: Tensor
    labels: Tensor

    @classmethod
    def of(cls, x: np.ndarray, labels: np.ndarray) -> "Split":
        return cls(torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(labels).long())


class ClassificationTask:
    """The trainer's task (`trainer.Task`): cross-entropy, validated by accuracy.

    Args:
        model: embeddings (b, e) -> logits (b, classes).
        train: the training split.
        validation: the validation split.
        batch: embeddings of a step, without those that E-Stitchup appends.
        seed: the seed of batches and of E-Stitchup.
        stitchup: whether to mix embeddings of a class (`e_stitchup`).
        drawn: draws the rows of an epoch, one of each shape and its copies; None takes all.

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
        drawn: DrawnCopies | None = None,
    ):
        self._n = len(train.labels) if drawn is None else len(drawn)  # of an epoch
        if self._n < 2 or not len(validation.labels):
            raise InputError(
                f"{self._n} training and {len(validation.labels)} validation embeddings: "
                "a classifier needs at least 2 and 1"
            )
        self.model, self.train, self.validation = model, train, validation
        self.batch, self.seed, self.stitchup, self._drawn = batch, seed, stitchup, drawn
        self._device = next(model.parameters()).device
        # Batches of nearly the same size, and never of one row, on which BatchNorm cannot train.
        self.steps_per_epoch = min(-(-self._n // batch), self._n // 2)

    def batches(self, epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Iterate over shuffled batches of nearly the same size, with mixed embeddings."""
        generator = torch_stream(self.seed, "stitch", epoch)
        order = torch.randperm(self._n, generator=generator)
        if self._drawn is not None:
            rng = numpy_stream(self.seed, "drawn copies", epoch)
            order = torch.tensor(self._drawn.draw(rng))[order]
        for index in order.tensor_split(self.steps_per_epoch):
            batch = self.train.x[index], self.train.labels[index]
            yield e_stitchup(*batch, generator) if self.stitchup else batch

    def loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        """The cross-entropy of a batch."""
        x, labels = (tensor.to(self._device) for tensor in batch)
        return F.cross_entropy(self.model(x), labels)

    def logits(self, x: Tensor) -> Tensor:
        """Predict logits in batches: (n, e) -> (n, classes) on the CPU."""
        return torch.cat([self.model(b.to(self._device)).cpu() for b in x.split(self.batch)])

    def validate(self) -> dict[str, float]:
        """Accuracy and cross-entropy of the validation split."""
        logits = self.logits(self.validation.x)
        return {
            "accuracy": accuracy(logits, self.validation.labels),
            "val_loss": float(F.cross_entropy(logits, self.validation.labels)),
        }


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """Compute the share of correct predictions.

    Args:
        logits: (n, classes) logits.
        labels: (n,) numbers of classes.

    Returns:
        The accuracy, in [0, 1].
    """
    return float((logits.argmax(1) == labels).float().mean())


@dataclass(frozen=True)
class ClassifierSettings(Settings):
    """The layers and the training of a classifier.

    Attributes:
        hidden: widths of the hidden layers (`mlp_classifier`).
        dropout: dropout of the hidden layers.
        batch: embeddings of a step.
        stitchup: whether to mix embeddings of a class (`e_stitchup`).
        copies: "all" trains on all embeddings in an epoch; "one" on one of each shape, its own or
            that of a copy, drawn anew in each epoch.
        epochs: epochs of the training.
        lr: peak learning rate of the OneCycle schedule.
        weight_decay: weight decay of AdamW.
        select: the epoch that is tested, "best" or "last" (`TrainSettings.select`).
    """

    hidden: Sequence[int]
    dropout: float
    batch: int
    stitchup: bool
    epochs: int
    lr: float
    weight_decay: float
    copies: str = "all"
    select: str = "best"


def classify(
    data: EmbeddingSet, settings: ClassifierSettings, seed: int, device: torch.device
) -> tuple[np.ndarray, TrainingResult]:
    """Train a classifier of embeddings, and predict the test split by its selected epoch.

    Args:
        data: embeddings of all splits.
        settings: the classifier and its training.
        seed: the seed of initial weights, batches and E-Stitchup.
        device: the device to train on.

    Returns:
        The class scores of the test split (n_test, classes), and the result of the training.
    """
    splits = {
        name: Split.of(data.x[data.split == name], data.labels[data.split == name])
        for name in ("train", "val", "test")
    }
    torch.manual_seed(derive_seed(seed, "classifier"))
    model = mlp_classifier(
        data.x.shape[1], len(data.classes), settings.hidden, settings.dropout
    ).to(device)
    drawn = None
    if settings.copies == "one":
        drawn = DrawnCopies([data.shape_id[i] for i in np.flatnonzero(data.split == "train")])
    task = ClassificationTask(
        model, splits["train"], splits["val"], settings.batch, seed, settings.stitchup, drawn
    )
    schedule = TrainSettings(
        settings.epochs, settings.lr, settings.weight_decay, "onecycle", select=settings.select
    )
    result = train(task, schedule, seed, "classifier")
    with torch.no_grad():
        return task.logits(splits["test"].x).softmax(1).numpy(), result
