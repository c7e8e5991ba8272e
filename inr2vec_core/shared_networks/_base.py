"""What shared networks have in common: one network for all shapes, and a code for each."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class ShapeBatch:
    """Some shapes, as a shared network is trained on them or represents them.

    Attributes:
        coords: (b, q, 3) queries of each shape.
        labels: (b, q) their labels in [0, 1], as of the shapes' modality.
        points: (b, p, 3) points of each shape's surface; None for networks that read none.
        rows: (b,) int64 numbers of training shapes; None for shapes that are not trained on.
        epoch: of the training, from 1 on.
    """

    coords: Tensor
    labels: Tensor
    points: Tensor | None = None
    rows: Tensor | None = None
    epoch: int = 1

    def to(self, device: torch.device) -> "ShapeBatch":
        """The same on a device."""
        moved = {
            name: value.to(device, non_blocking=True) if isinstance(value, Tensor) else value
            for name, value in vars(self).items()
        }
        return ShapeBatch(**moved)


class SharedNetwork(nn.Module, ABC):
    """A network that represents all shapes of a data set, each by a code.

    What it gives are logits: their sigmoid is the label of a query.

    Attributes:
        hidden: width of the layers that queries pass.
        points: points of a shape's surface that the network reads; 0 for none.
    """

    hidden: int
    points: int = 0

    @abstractmethod
    def forward(self, codes: Tensor, coords: Tensor) -> Tensor:
        """Codes (b, e) and queries (b, q, 3) -> logits (b, q)."""

    @abstractmethod
    def training_loss(self, batch: ShapeBatch) -> Tensor:
        """The loss of a training step, (), differentiable in the parameters."""

    @abstractmethod
    def represent(self, batch: ShapeBatch, seed: int = 0) -> Tensor:
        """Codes (b, e) of shapes, each from its own points or queries alone.

        Args:
            batch: the shapes, with as many queries as `queries_to_represent` says.
            seed: of whatever is drawn, the same for each shape.
        """

    def queries_to_represent(self, queries: int) -> int:
        """Queries that `represent` reads of a shape.

        Args:
            queries: of a shape and training step.
        """
        return queries

    def trained_codes(self) -> Tensor | None:
        """The codes of the training shapes (n, e), where the network keeps them."""
        return None

    def parameter_groups(self, lr: float) -> list[dict]:
        """The parameters with their learning rates, as torch's optimizers take them.

        Args:
            lr: the training's learning rate.
        """
        return [{"params": list(self.parameters()), "lr": lr}]

    def n_parameters(self) -> int:
        """How many parameters all shapes share: codes are none of them."""
        codes = self.trained_codes()
        n_codes = 0 if codes is None else codes.numel()
        return sum(p.numel() for p in self.parameters()) - n_codes
