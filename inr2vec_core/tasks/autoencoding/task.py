"""Training inr2vec: the decoder must reproduce, from the embedding, the field an INR stands for.

Paper, Section 3 and Appendix F. The supervision is the field of the original shape, at fresh
queries each step.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from inr2vec_core.geometry.queries import QuerySampling, dequantize
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.io.copies import DrawnCopies
from inr2vec_core.io.sharded_dataset import Batch, ShardedShapes, n_batches
from inr2vec_core.models.inr2vec import Inr2vec
from inr2vec_core.models.shape_decoder import decoding_scores
from inr2vec_core.shapes.selection import select
from inr2vec_core.tasks.autoencoding.iso_level import calibrate_iso_level
from inr2vec_core.training.query_source import QuerySource
from inr2vec_core.training.shard_task import ShardTask
from inr2vec_core.utils.seeding import numpy_stream
from inr2vec_core.utils.settings import Settings

CALIBRATION = 1024  # training INRs, at most, that an encoder is shown before it is trained
LEVEL_SHAPES = 200  # validation shapes, at most, that the iso level is calibrated on
POOL = 16  # steps' worth of queries that are kept of a shape, if all shapes are in memory


@dataclass(frozen=True)
class Inr2vecSettings(Settings):
    """Batches and validation of inr2vec's training; the defaults are the paper's.

    Attributes:
        batch: INRs per step.
        queries: fresh queries per INR and step.
        buffer: shapes held in memory for shuffling.
        copies: "all" trains on all INRs in an epoch; "one" on one of each shape, its own or that of
            a copy, drawn anew in each epoch.
        validation_shapes: shapes that are reconstructed in a validation, at most.
        validation_points: points of each reconstructed cloud, or drawn on each mesh.
        validation_resolution: of the grid that a mesh is extracted from.
        precision: "bfloat16" trains in mixed precision where the device has such products.
    """

    batch: int = 16
    queries: int = 10_000
    buffer: int = 4096
    copies: str = "all"
    validation_shapes: int = 1600
    validation_points: int = 2048
    validation_resolution: int = 64
    precision: str = "float32"


class Inr2vecTask(ShardTask):
    """The trainer's task (`trainer.Task`): cross-entropy of the field, best by Chamfer.

    Args:
        model: the model to train.
        inr_files: shards of INRs.
        shape_files: the shards of their shapes, in the same order.
        sampling: how queries are spread.
        settings: batches and validation.
        seed: of queries and shuffling.
        device: where the model is trained.
        samplers: threads that draw queries ahead; a GPU eats more than one can draw.
        calibrate: show an encoder that asks for it some training INRs first; not where the model
            was trained before.
        init: (n_parameters,) initial weights that the INRs share, for encoders that read
            differences from them; None where each starts from its own.
    """

    score, higher_is_better = "chamfer", False
    columns = ("weights", "shapes")

    def __init__(
        self,
        model: Inr2vec,
        inr_files: Sequence[str | Path],
        shape_files: Sequence[str | Path],
        sampling: QuerySampling,
        settings: Inr2vecSettings,
        seed: int,
        device: torch.device,
        samplers: int = 1,
        calibrate: bool = True,
        init: Tensor | None = None,
    ):
        splits = (ShardedShapes(inr_files, shape_files, [split]) for split in ("train", "val"))
        super().__init__(model, *splits, settings, seed, device)
        drawn = DrawnCopies(self.data.shape_id)
        self._drawn = drawn if settings.copies == "one" and len(drawn) < len(self.data) else None
        if self._drawn:
            self.steps_per_epoch = n_batches(len(self._drawn), settings.batch)
        # Drawn shapes are read anew in each epoch: a pool would be used once.
        pooled = self._drawn is None and len(self.data) <= settings.buffer
        pool = POOL * settings.queries if pooled else 0
        self.queries = QuerySource(model.modality, sampling, seed, pool)
        self._samplers = ThreadPoolExecutor(samplers)
        if calibrate and hasattr(model.encoder, "calibrate"):
            rows = select(self.data.shape_id, CALIBRATION, seed, "calibration")
            weights = self.data.read(rows, ("weights",))["weights"]
            model.encoder.calibrate(torch.from_numpy(weights).to(device), init)

    def data_of(self, epoch: int) -> ShardedShapes:
        """The INRs of an epoch."""
        if self._drawn is None:
            return self.data
        return self.data.subset(self._drawn.draw(numpy_stream(self.seed, "drawn copies", epoch)))

    def inputs_of(self, batch: Batch, epoch: int) -> tuple[Tensor, Tensor]:
        """Weights (b, n_parameters) float32 and quantized queries (b, q, 4) int16."""

        def sample(shape_id: str, shape: Shape) -> np.ndarray:
            stream = numpy_stream(self.seed, "train queries", shape_id, epoch)
            return self.queries.draw(shape_id, shape, self.settings.queries, stream)

        queries = np.stack(
            list(self._samplers.map(sample, batch.shape_id, batch.columns["shapes"]))
        )
        return torch.from_numpy(batch.columns["weights"]), torch.from_numpy(queries)

    def loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        """The mean loss of the batch's queries."""
        flat, queries = self.on_device(batch)
        coords, labels = dequantize(queries)
        with self.autocast():
            return self.model.loss(flat, coords, labels)

    def validate(self) -> dict[str, float]:
        """Mean Chamfer distance of reconstructed validation shapes, and the share that failed."""
        return decoding_scores(
            self.model, self._validated(self.settings.validation_shapes),
            self.settings.validation_points, self.settings.validation_resolution, self.seed,
        )  # fmt: skip

    def calibrate_iso_level(self) -> None:
        """Give the trained model the shift that brings decoded validation shapes nearest."""
        shapes = min(LEVEL_SHAPES, self.settings.validation_shapes)
        self.model.shift = calibrate_iso_level(
            self.model, self._validated(shapes), self.settings.validation_points,
            self.settings.validation_resolution, self.seed,
        )  # fmt: skip

    @torch.no_grad()
    def _validated(self, number: int) -> Iterator[tuple[str, Shape, Tensor]]:
        """Name, shape and embedding (e,) of at most so many validation shapes."""
        chosen = self.rows_to_validate(number)
        for index in np.array_split(chosen, -(-len(chosen) // 64)):
            columns = self.validation.read(index, ("weights", "shapes"))
            embeddings = self.model.encoder(torch.from_numpy(columns["weights"]).to(self.device))
            names = [self.validation.shape_id[i] for i in index]
            yield from zip(names, columns["shapes"], embeddings, strict=True)
