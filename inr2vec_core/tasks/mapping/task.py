"""The training of a transfer network on pairs of embeddings (paper, Section 4 and Appendix F)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.io.sharded_dataset import n_batches
from inr2vec_core.models.shape_decoder import ShapeDecoder, decoding_scores
from inr2vec_core.shapes.selection import select
from inr2vec_core.tasks.mapping.pairs import Pairs
from inr2vec_core.training.convergence import ConvergenceCheck, convergence_of_distance
from inr2vec_core.utils.seeding import torch_stream
from inr2vec_core.utils.settings import Settings


@dataclass(frozen=True)
class MappingSettings(Settings):
    """Batches and validation of a training; the defaults are the paper's.

    Attributes:
        batch: pairs of a step.
        validation_points: points of each decoded cloud, or sampled on each mesh.
        validation_resolution: resolution of the grid that a mesh is extracted from.
    """

    batch: int = 256
    validation_points: int = 2048
    validation_resolution: int = 64


class TransferTask:
    """The trainer's task (`trainer.Task`): squared error, best by Chamfer distance.

    Args:
        model: source embeddings (b, e) -> target embeddings (b, f).
        pairs: the pairs of all splits.
        decoder: the model whose embeddings are the targets.
        validation: numbers of the validation pairs whose shapes are decoded (`validation_rows`),
            and the shapes of their targets.
        settings: batches and validation.
        seed: the seed of batches and decoded points.
        device: the device to train on.

    Raises:
        ValueError: there are fewer than two training pairs.
    """

    score, higher_is_better = "chamfer", False

    def __init__(
        self,
        model: nn.Module,
        pairs: Pairs,
        decoder: ShapeDecoder,
        validation: tuple[np.ndarray, Sequence[Shape]],
        settings: MappingSettings,
        seed: int,
        device: torch.device,
    ):
        self.model, self.pairs, self.settings = model.to(device), pairs, settings
        self.decoder = decoder.to(device).eval()
        self.seed, self.device, self._validation = seed, device, validation
        self._x, self._y = (
            torch.as_tensor(v, dtype=torch.float32, device=device) for v in (pairs.x, pairs.y)
        )
        self._train = torch.from_numpy(np.flatnonzero(pairs.split == "train"))
        if len(self._train) < 2:
            raise ValueError("a mapping needs at least two training pairs")
        self.steps_per_epoch = n_batches(len(self._train), settings.batch)

    def batches(self, epoch: int) -> Iterator[Tensor]:
        """Iterate over batches (b,) of training pairs; a last single pair is dropped.

        BatchNorm cannot train on one sample.
        """
        stream = torch_stream(self.seed, "mapping", epoch)
        order = self._train[torch.randperm(len(self._train), generator=stream)]
        return (rows.to(self.device) for rows in order.split(self.settings.batch) if len(rows) > 1)

    def loss(self, rows: Tensor) -> Tensor:
        """The mean squared error of predicted embeddings."""
        return nn.functional.mse_loss(self.model(self._x[rows]), self._y[rows])

    def validate(self) -> dict[str, float]:
        """Decode predicted embeddings and compare with the targets.

        Returns:
            * chamfer: mean Chamfer distance of decoded shapes to those of the targets.
            * failed: the share of shapes without a surface.
            * mse: mean squared error of all validation embeddings.
        """
        val = torch.from_numpy(np.flatnonzero(self.pairs.split == "val")).to(self.device)
        rows, shapes = self._validation
        predicted = self.model(self._x[torch.from_numpy(rows).to(self.device)])
        names = (self.pairs.source_id[row] for row in rows)
        scores = decoding_scores(
            self.decoder, zip(names, shapes, predicted, strict=True),
            self.settings.validation_points, self.settings.validation_resolution, self.seed,
        )  # fmt: skip
        return scores | {"mse": self.loss(val).item()}

    def convergence(self, history: list[dict[str, float]]) -> ConvergenceCheck:
        """Check whether the Chamfer distance still fell at the end."""
        return convergence_of_distance(history, self.score)


def validation_rows(pairs: Pairs, n: int, seed: int) -> np.ndarray:
    """Select validation pairs whose shapes are decoded.

    Args:
        pairs: the pairs of all splits.
        n: the number of pairs, if there are that many.
        seed: the seed of the selection, which also depends on the ids.

    Returns:
        Numbers of pairs, int64.
    """
    rows = np.flatnonzero(pairs.split == "val")
    return rows[select([pairs.source_id[i] for i in rows], n, seed, "mapping validation")]
