"""What shared networks read of shapes: queries with their labels, points of the surface."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from inr2vec_core.geometry.queries import QuerySampling, dequantize
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.modalities import Modality
from inr2vec_core.shared_networks._base import ShapeBatch, SharedNetwork
from inr2vec_core.utils.seeding import numpy_stream


def surface_points(shape: Shape, n: int, stream: np.random.Generator) -> np.ndarray:
    """Points of a shape's surface: of a cloud its own, of voxels the centers of occupied ones.

    Args:
        shape: the shape.
        n: points wanted; some more than once where a cloud or grid has fewer.
        stream: the random stream.

    Returns:
        (n, 3) float32.
    """
    points = shape.evaluation_points(n, stream)
    if len(points) != n:
        points = points[stream.choice(len(points), n, replace=len(points) < n)]
    return points.astype(np.float32)


class InputsOfNewShapes:
    """Draws what a network needs to represent shapes that it was not trained on.

    The inputs of a shape depend on the seed and its id alone.

    Args:
        network: the network.
        modality: what the shapes are.
        sampling: how queries are spread.
        queries: of a shape and training step.
        stored: queries of a shape, at most.
        seed: of what is drawn.
    """

    def __init__(
        self,
        network: SharedNetwork,
        modality: Modality,
        sampling: QuerySampling,
        queries: int,
        stored: int,
        seed: int,
    ):
        self._modality, self._sampling, self._seed = modality, sampling, seed
        self._points = network.points
        self._queries = min(network.queries_to_represent(queries), stored)

    def __call__(self, shape_id: Sequence[str], shapes: Sequence[Shape]) -> ShapeBatch:
        """The inputs of some shapes.

        Args:
            shape_id: (b,) their ids.
            shapes: (b,) the shapes.
        """
        named = list(zip(shape_id, shapes, strict=True))
        queries = np.stack([self._draw(name, shape) for name, shape in named])
        coords, labels = dequantize(torch.from_numpy(queries))
        return ShapeBatch(coords, labels, self._points_of(named))

    def _draw(self, shape_id: str, shape: Shape) -> np.ndarray:
        if not self._queries:
            return np.empty((0, 4), np.int16)
        stream = numpy_stream(self._seed, "queries to represent", shape_id)
        return self._modality.sample_queries(shape, self._queries, self._sampling, stream)

    def _points_of(self, named: Sequence[tuple[str, Shape]]) -> Tensor | None:
        if not self._points:
            return None
        drawn = [
            surface_points(
                shape, self._points, numpy_stream(self._seed, "points to represent", shape_id)
            )
            for shape_id, shape in named
        ]
        return torch.from_numpy(np.stack(drawn))
