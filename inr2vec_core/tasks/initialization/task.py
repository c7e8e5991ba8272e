"""Learning the initial weights of INRs, without labels, on training shapes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from inr2vec_core.errors import InputError
from inr2vec_core.geometry.queries import QuerySampling, dequantize
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.inrs.learned_init import LearnedInit
from inr2vec_core.io.sharded_dataset import Batch, ShardedShapes
from inr2vec_core.modalities import Modality
from inr2vec_core.training.convergence import ConvergenceCheck, convergence_of_distance
from inr2vec_core.training.query_source import QuerySource
from inr2vec_core.training.shard_task import ShardTask
from inr2vec_core.utils.seeding import numpy_stream
from inr2vec_core.utils.settings import Settings

ROUNDS = 100  # of an epoch, at most
POOL = 16_384  # queries kept of a shape, at least, where labels are dear and all are in memory


@dataclass(frozen=True)
class InitSettings(Settings):
    """How an init is learned.

    Attributes:
        sgd_steps: steps of gradient descent that it is learned for.
        queries: of each shape and step.
        batch: shapes of a round.
        buffer: shapes held in memory for shuffling.
        validation_shapes: shapes whose held-out loss is measured, at most.
        precision: of matrix products; float32, because a second derivative is taken.
    """

    sgd_steps: int = 5
    queries: int = 512
    batch: int = 8
    buffer: int = 4096
    validation_shapes: int = 128
    precision: str = "float32"


class InitTask(ShardTask):
    """The trainer's task (`trainer.Task`): the loss after the steps, at queries of their own.

    An epoch has at most `ROUNDS` rounds, however many shapes there are.

    Args:
        model: the init.
        modality: what the INRs represent.
        shape_files: shards of shapes.
        sampling: how queries are spread.
        settings: steps, queries and shapes.
        seed: of queries and shuffling.
        device: where the init is learned.
    """

    score, higher_is_better = "held_out", False
    stream = ("init",)

    def __init__(
        self,
        model: LearnedInit,
        modality: Modality,
        shape_files: Sequence[str | Path],
        sampling: QuerySampling,
        settings: InitSettings,
        seed: int,
        device: torch.device,
    ):
        splits = (
            # Of the same order whatever the shards, and so is what is learned.
            ShardedShapes(shape_files, shape_files, [split], copies=False).sorted_by_id()
            for split in ("train", "val")
        )
        super().__init__(model, *splits, settings, seed, device)
        self.modality, self.sampling = modality, sampling
        self._needed = (settings.sgd_steps + 1) * settings.queries
        pool = max(POOL, 2 * self._needed) if len(self.data) <= settings.buffer else 0
        self._source = QuerySource(modality, sampling, seed, pool)
        self._validation_queries: list[Tensor] = []
        self.steps_per_epoch = min(ROUNDS, self.steps_per_epoch)

    def batches(self, epoch: int) -> Iterator[Tensor]:
        """Queries (b, steps + 1, q, 4) int16 of the shapes of each round."""
        return islice(super().batches(epoch), self.steps_per_epoch)

    def inputs_of(self, batch: Batch, epoch: int) -> Tensor:
        """Queries of a batch of shapes, in blocks: (b, steps + 1, q, 4) int16."""

        def draw(shape_id: str, shape: Shape) -> np.ndarray:
            stream = numpy_stream(self.seed, "init queries", epoch, shape_id)
            return self._source.draw(shape_id, shape, self._needed, stream)

        return self._in_blocks(map(draw, batch.shape_id, batch.columns["shapes"]))

    def _in_blocks(self, drawn: Iterable[np.ndarray]) -> Tensor:
        """Queries of shapes (n, 4) each, in blocks for the steps and one more."""
        queries = np.stack(list(drawn))
        if queries.shape[1] < self._needed:  # as many as a grid has voxels
            raise InputError(
                f"{self.settings.sgd_steps} steps of gradient descent and the loss after them read "
                f"{self._needed} queries, a shape has {queries.shape[1]}: lower inits.*.queries"
            )
        size = (len(queries), self.settings.sgd_steps + 1, self.settings.queries, 4)
        return torch.from_numpy(queries).view(size)

    def loss(self, batch: Tensor) -> Tensor:
        """The mean loss after the steps, at queries that no step has seen."""
        return self.model(*dequantize(batch.to(self.device)))

    def validate(self) -> dict[str, float]:
        """The same of validation shapes, always at the same queries."""
        if not self._validation_queries:
            self._validation_queries = list(self._draw_for_validation())
        losses = [float(self.loss(queries).detach()) for queries in self._validation_queries]
        return {
            "held_out": float(np.average(losses, weights=[*map(len, self._validation_queries)]))
        }

    def _draw_for_validation(self) -> Iterator[Tensor]:
        chosen = self.rows_to_validate(self.settings.validation_shapes)

        def draw(row: int, shape: Shape) -> np.ndarray:
            stream = numpy_stream(self.seed, "validation", self.validation.shape_id[row])
            return self.modality.sample_queries(shape, self._needed, self.sampling, stream)

        for index in np.array_split(chosen, -(-len(chosen) // 16)):
            shapes = self.validation.read(index, ("shapes",))["shapes"]
            yield self._in_blocks(map(draw, index, shapes))

    def convergence(self, history: list[dict[str, float]]) -> ConvergenceCheck:
        """Whether the held-out loss still fell at the end of the training."""
        return convergence_of_distance(history, self.score)
