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
import torch.nn.functional as F
from torch import Tensor, nn

from .chunking import mean_loss
from .decoder import ImplicitDecoder
from .errors import BadShape
from .fields import udf_from_outputs
from .metrics import chamfer_distance
from .queries import QueryMix, dequantise, sample_udf
from .reconstruction import CloudSettings, cloud_from_udf
from .seeding import derive_seed, numpy_stream
from .streaming import Batch, ShardedShapes, prefetch

FAILED = 100.0  # Chamfer distance that a reconstruction without a surface counts as


class Inr2vec(nn.Module):
    """An encoder of INR weights and the implicit decoder that trains it."""

    def __init__(self, encoder: nn.Module, decoder: ImplicitDecoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, flat: Tensor, coords: Tensor) -> Tensor:
        """(b, n_parameters), (b, q, 3) -> logits (b, q)."""
        return self.decoder(self.encoder(flat), coords)

    def loss(self, flat: Tensor, coords: Tensor, labels: Tensor) -> Tensor:
        """Mean binary cross-entropy of the field at queries: labels (b, q) -> ()."""
        return mean_loss(
            self.decoder, F.binary_cross_entropy_with_logits, self.encoder(flat), coords, labels,
            self.decoder.hidden,
        )  # fmt: skip


@dataclass(frozen=True)
class AutoencodingSettings:
    """Batches and validation of inr2vec's training; the defaults are the paper's.

    Attributes:
        batch: INRs a step. queries: fresh queries per INR and step.
        buffer: shapes held in memory for shuffling.
        validation_shapes: at most so many shapes are rebuilt in a validation.
        validation_points: points of each rebuilt cloud.
    """

    batch: int = 16
    queries: int = 10_000
    buffer: int = 4096
    validation_shapes: int = 1600
    validation_points: int = 2048


class Autoencoding:
    """The trainer's task (`training.Task`): binary cross-entropy of the field, best by Chamfer.

    Args:
        inr_files, shape_files: shards in the same order.
        mix: the distribution of queries.
        seed: of queries and shuffling.
        samplers: threads that draw queries ahead; a GPU eats more than one can draw.
    """

    score, higher_is_better = "chamfer", False

    def __init__(
        self,
        model: Inr2vec,
        inr_files: Sequence[str | Path],
        shape_files: Sequence[str | Path],
        mix: QueryMix,
        settings: AutoencodingSettings,
        seed: int,
        device: torch.device,
        samplers: int = 1,
    ):
        self.model, self.mix, self.settings = model.to(device), mix, settings
        self.seed, self.device = seed, device
        self._samplers = ThreadPoolExecutor(samplers)
        self.data = ShardedShapes(inr_files, shape_files, ["train"])
        self.validation = ShardedShapes(inr_files, shape_files, ["val"])
        self.steps_per_epoch = self.data.steps(settings.batch)

    def batches(self, epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Weights (b, n_parameters) and quantised queries (b, q, 4), made ahead in a thread."""
        stream = self.data.shuffled(
            self.settings.batch, ("weights", "points"), self.settings.buffer, self.seed, epoch
        )
        return prefetch(self._with_queries(batch, epoch) for batch in stream)

    def _with_queries(self, batch: Batch, epoch: int) -> tuple[Tensor, Tensor]:
        def sample(shape_id: str, points: np.ndarray) -> np.ndarray:
            stream = numpy_stream(self.seed, "train queries", shape_id, epoch)
            return sample_udf(points, self.settings.queries, self.mix, stream)

        queries = np.stack(
            list(self._samplers.map(sample, batch.shape_id, batch.columns["points"]))
        )
        return torch.from_numpy(batch.columns["weights"]), torch.from_numpy(queries)

    def loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        """Mean binary cross-entropy of the batch's queries."""
        flat, queries = (t.to(self.device, non_blocking=True) for t in batch)
        coords, labels = dequantise(queries)
        return self.model.loss(flat, coords, labels)

    def validate(self) -> dict[str, float]:
        """Mean Chamfer distance of rebuilt validation clouds, and the share that failed."""
        # Spread over the split: shards follow the sorted names, so the first rows are one class.
        chosen = np.unique(
            np.linspace(0, len(self.validation) - 1, self.settings.validation_shapes).astype(int)
        )
        one_move = CloudSettings(moves=1, rounds=40)
        distances = []
        for index in np.array_split(chosen, -(-len(chosen) // 64)):
            columns = self.validation.read(index, ("weights", "points"))
            embeddings = self.model.encoder(torch.from_numpy(columns["weights"]).to(self.device))
            for i, embedding, points in zip(index, embeddings, columns["points"], strict=True):
                stream = torch.Generator().manual_seed(
                    derive_seed(self.seed, "validation", self.validation.shape_id[i])
                )
                try:
                    cloud = cloud_from_udf(
                        decoded_udf(self.model.decoder, embedding),
                        self.settings.validation_points,
                        stream,
                        one_move,
                        self.device,
                    )
                    distances.append(chamfer_distance(cloud.cpu().numpy(), points))
                except BadShape:
                    distances.append(FAILED)
        return {
            "chamfer": float(np.mean(distances)),
            "failed": float(np.mean(np.array(distances) == FAILED)),
        }


def decoded_udf(decoder: ImplicitDecoder, embedding: Tensor):
    """The UDF that the decoder gives for one embedding (e,), as a function (m, 3) -> (m,)."""
    return lambda points: udf_from_outputs(decoder(embedding[None], points[None])[0])


@torch.no_grad()
def embed(encoder: nn.Module, flat: Tensor) -> Tensor:
    """Embeddings of INRs: (b, n_parameters) -> (b, e), BatchNorm by its running figures."""
    encoder.eval()
    return encoder(flat)
