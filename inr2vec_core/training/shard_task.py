"""What the trainings on shards of shapes share: batches in a thread, and mixed precision."""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from inr2vec_core.io.sharded_dataset import Batch, prefetch
from inr2vec_core.training.precision import autocast


class ShardSettings(Protocol):
    """The settings that a `ShardTask` reads."""

    batch: int
    buffer: int
    precision: str


class ShardTask:
    """Base of a trainer's task (`trainer.Task`) whose batches come shuffled from shards.

    A subclass defines `inputs_of`, `loss` and `validate`.

    Attributes:
        columns: what is read of the shards, "weights", "shapes" or both.
        stream: names the random stream of the order, before the epoch.

    Args:
        model: what is trained; moved to the device.
        data: the training split, with `shuffled` and `n_batches` as of `ShardedShapes`.
        validation: the validation split.
        settings: shapes of a batch, shapes held in memory for shuffling, and the precision.
        seed: of everything random.
        device: where the model is trained.
    """

    columns: tuple[str, ...] = ("shapes",)
    stream: tuple[str, ...] = ()

    def __init__(
        self,
        model: nn.Module,
        data,
        validation,
        settings: ShardSettings,
        seed: int,
        device: torch.device,
    ):
        self.model, self.data, self.validation = model.to(device), data, validation
        self.settings, self.seed, self.device = settings, seed, device
        self.steps_per_epoch = data.n_batches(settings.batch)

    def batches(self, epoch: int) -> Iterator[Any]:
        """What `loss` takes, prepared ahead in a thread."""
        stream = self.data_of(epoch).shuffled(
            self.settings.batch, self.columns, self.settings.buffer, self.seed, *self.stream, epoch
        )
        return prefetch(self.inputs_of(batch, epoch) for batch in stream)

    def data_of(self, epoch: int):
        """The training data of an epoch; all of them, unless a subclass draws."""
        return self.data

    def inputs_of(self, batch: Batch, epoch: int) -> Any:
        """What `loss` takes, from a batch of the shards; called in a thread."""
        raise NotImplementedError

    def rows_to_validate(self, most: int) -> np.ndarray:
        """At most so many rows of the validation split, the same at each validation.

        Spread over the split: shards follow the sorted names, so the first rows are one class.
        """
        return np.unique(np.linspace(0, len(self.validation) - 1, most).astype(int))

    def autocast(self) -> torch.autocast:
        """A context of the precision that the settings ask for."""
        return autocast(self.device, self.settings.precision)

    def on_device(self, tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Tensors on the task's device."""
        return tuple(t.to(self.device, non_blocking=True) for t in tensors)
