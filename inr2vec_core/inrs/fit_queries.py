"""The queries that INRs are fitted on."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.inrs.fitting import FirstSteps, FitSettings
from inr2vec_core.modalities import Modality
from inr2vec_core.utils.seeding import derive_seed, numpy_stream


def number_of_queries(most: int, settings: FitSettings, first: FirstSteps | None = None) -> int:
    """Queries of an INR that are drawn for its fit: no more than its steps read.

    Args:
        most: queries that are drawn for a fit of many steps, which reads them again and again.
        settings: the steps of Adam.
        first: the steps before them.
    """
    read = settings.steps * settings.queries
    if first:
        read += first.steps * first.queries
    return min(most, read)


def draw_queries(
    modality: Modality,
    shape_ids: Sequence[str],
    shapes: Sequence[Shape],
    n: int,
    sampling: QuerySampling,
    seed: int,
) -> tuple[Tensor, Tensor]:
    """Queries of shapes, and where each fit begins to read them.

    A shape's random stream depends on the seed and its id alone.

    Args:
        modality: what the shapes are.
        shape_ids: (b,) their names.
        shapes: (b,) shapes.
        n: queries of each.
        sampling: how queries are spread.
        seed: the run's seed.

    Returns:
        Quantized queries (b, n, 4) int16, and offsets (b,) int64; both as `fit` takes them.
    """
    drawn = [
        modality.sample_queries(shape, n, sampling, numpy_stream(seed, "queries", shape_id))
        for shape_id, shape in zip(shape_ids, shapes, strict=True)
    ]
    offsets = [derive_seed(seed, "offset", shape_id) % n for shape_id in shape_ids]
    return torch.from_numpy(np.stack(drawn)), torch.tensor(offsets)
