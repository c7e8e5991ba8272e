"""Training a shared network: it must reproduce the fields of all training shapes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from inr2vec_core.geometry.queries import QuerySampling, dequantize
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.io.sharded_dataset import Batch, ShardedShapes
from inr2vec_core.models.shape_decoder import decoding_scores
from inr2vec_core.models.shared_network import SharedModel
from inr2vec_core.shared_networks._base import ShapeBatch
from inr2vec_core.tasks.autoencoding.iso_level import calibrate_iso_level
from inr2vec_core.tasks.shared_networks.inputs import InputsOfNewShapes, surface_points
from inr2vec_core.training.convergence import ConvergenceCheck, convergence_of_distance
from inr2vec_core.training.query_source import QuerySource
from inr2vec_core.training.shard_task import ShardTask
from inr2vec_core.utils.seeding import derive_seed, numpy_stream
from inr2vec_core.utils.settings import Settings

POOL = 16  # steps' worth of queries and points that are kept of a shape, if all are in memory
AT_ONCE = 16  # validation shapes that are represented together


@dataclass(frozen=True)
class SharedNetworkSettings(Settings):
    """Batches and validation of a shared network's training.

    Attributes:
        batch: shapes per step.
        queries: fresh queries per shape and step.
        buffer: shapes held in memory for shuffling.
        validation_shapes: shapes that are represented and decoded in a validation, at most.
        validation_points: points of each decoded cloud, or drawn on each mesh.
        validation_resolution: of the grid that a mesh is extracted from.
        precision: "bfloat16" trains in mixed precision where the device has such products.
    """

    batch: int
    queries: int
    buffer: int = 4096
    validation_shapes: int = 100
    validation_points: int = 2048
    validation_resolution: int = 64
    precision: str = "float32"


def training_shapes(files: Sequence[str | Path], copies: bool) -> ShardedShapes:
    """The shapes that a network is trained on, in the order that its codes have.

    Args:
        files: shards of shapes.
        copies: whether augmented copies are among them.
    """
    return ShardedShapes(files, files, ["train"], copies).sorted_by_id()


class SharedNetworkTask(ShardTask):
    """The trainer's task (`trainer.Task`): the network's own loss, best by Chamfer.

    Validation shapes are represented as any new shape is.

    Args:
        model: the model to train.
        shapes: `training_shapes`.
        shape_files: the same shards, for the validation split.
        sampling: how queries are spread.
        settings: batches and validation.
        stored: queries of a new shape that it is represented by, at most.
        seed: of queries and shuffling.
        device: where the model is trained.
    """

    score, higher_is_better = "chamfer", False
    stream = ("shared network",)

    def __init__(
        self,
        model: SharedModel,
        shapes: ShardedShapes,
        shape_files: Sequence[str | Path],
        sampling: QuerySampling,
        settings: SharedNetworkSettings,
        stored: int,
        seed: int,
        device: torch.device,
    ):
        validation = ShardedShapes(shape_files, shape_files, ["val"]).sorted_by_id()
        super().__init__(model, shapes, validation, settings, seed, device)
        self._rows = {name: row for row, name in enumerate(shapes.shape_id)}
        self._pooled = len(shapes) <= settings.buffer
        pool = POOL * settings.queries if self._pooled else 0
        self.queries = QuerySource(model.modality, sampling, seed, pool)
        self._surfaces: dict[str, np.ndarray] = {}
        self._inputs = InputsOfNewShapes(
            model.network, model.modality, sampling, settings.queries, stored, seed
        )
        self._validated: dict[int, list[tuple[list[str], Sequence[Shape], ShapeBatch]]] = {}

    def parameter_groups(self, lr: float) -> list[dict]:
        """The network's parameters with their learning rates, for the trainer."""
        return self.model.network.parameter_groups(lr)

    def inputs_of(self, batch: Batch, epoch: int) -> ShapeBatch:
        """Fresh queries of the shapes and, where the network reads them, points."""
        queries, points = [], []
        for shape_id, shape in zip(batch.shape_id, batch.columns["shapes"], strict=True):
            stream = numpy_stream(self.seed, "train queries", shape_id, epoch)
            queries.append(self.queries.draw(shape_id, shape, self.settings.queries, stream))
            if self.model.network.points:
                points.append(self._points_of(shape_id, shape, epoch))
        coords, labels = dequantize(torch.from_numpy(np.stack(queries)))
        rows = torch.tensor([self._rows[name] for name in batch.shape_id])
        drawn = torch.from_numpy(np.stack(points)) if points else None
        return ShapeBatch(coords, labels, drawn, rows, epoch)

    def _points_of(self, shape_id: str, shape: Shape, epoch: int) -> np.ndarray:
        """Points of a training shape's surface (p, 3), from a pool where all shapes have one."""
        n = self.model.network.points
        stream = numpy_stream(self.seed, "train points", shape_id, epoch)
        if not self._pooled:
            return surface_points(shape, n, stream)
        if shape_id not in self._surfaces:
            own = numpy_stream(self.seed, "pool of points", shape_id)
            drawn = shape.evaluation_points(POOL * n, own)  # a cloud's own, however many
            self._surfaces[shape_id] = drawn.astype(np.float32)
        pool = self._surfaces[shape_id]
        return pool[stream.choice(len(pool), n, replace=len(pool) < n)]

    def loss(self, batch: ShapeBatch) -> Tensor:
        """The network's loss."""
        with self.autocast():
            return self.model.network.training_loss(batch.to(self.device))

    def validate(self) -> dict[str, float]:
        """Mean Chamfer distance of decoded validation shapes, and the share that failed."""
        return decoding_scores(
            self.model, self._represented(self.settings.validation_shapes),
            self.settings.validation_points, self.settings.validation_resolution, self.seed,
        )  # fmt: skip

    def convergence(self, history: list[dict[str, float]]) -> ConvergenceCheck:
        """Whether the Chamfer distance still fell at the end of the training."""
        return convergence_of_distance(history, self.score)

    def calibrate_iso_level(self) -> None:
        """Give the trained model the shift that brings decoded validation shapes nearest."""
        self.model.shift = calibrate_iso_level(
            self.model, self._represented(self.settings.validation_shapes),
            self.settings.validation_points, self.settings.validation_resolution, self.seed,
        )  # fmt: skip

    def _represented(self, number: int) -> Iterator[tuple[str, Shape, Tensor]]:
        """Name, shape and code (e,) of at most so many validation shapes."""
        if number not in self._validated:
            chosen = self.rows_to_validate(number)
            self._validated[number] = []
            for index in np.array_split(chosen, -(-len(chosen) // AT_ONCE)):
                shapes = self.validation.read(index, ("shapes",))["shapes"]
                names = [self.validation.shape_id[i] for i in index]
                self._validated[number].append((names, shapes, self._inputs(names, shapes)))
        seed = derive_seed(self.seed, "new codes")
        for names, shapes, inputs in self._validated[number]:
            codes = self.model.represent(inputs.to(self.device), seed)
            yield from zip(names, shapes, codes, strict=True)
