"""Fresh queries of shapes in training."""

import numpy as np

from inr2vec_core.geometry.queries import QuerySampling
from inr2vec_core.geometry.shapes import Shape
from inr2vec_core.modalities import Modality
from inr2vec_core.utils.seeding import numpy_stream


class QuerySource:
    """Draws queries of shapes, from a pool of each shape's where labels cost more than a step.

    The paper's are stored likewise, 50 times as many as a step takes (Appendix F).

    Args:
        modality: what the shapes are.
        sampling: how queries are spread.
        seed: of the pools.
        pool: queries that are kept of a shape; 0 for none, as where not all shapes are in memory.

    Attributes:
        pools: each shape that was drawn from and its (pool, 4) int16, by the object's `id`: names
            of shapes of two data sets may be the same.
    """

    def __init__(self, modality: Modality, sampling: QuerySampling, seed: int, pool: int):
        self._modality, self._sampling, self._seed = modality, sampling, seed
        self._size = pool if modality.keep_queries else 0
        self.pools: dict[int, tuple[Shape, np.ndarray]] = {}

    def draw(self, shape_id: str, shape: Shape, n: int, stream: np.random.Generator) -> np.ndarray:
        """Queries of a shape.

        Args:
            shape_id: the shape's name.
            shape: the shape; the same object at each call, where there is a pool.
            n: queries wanted, none twice of a pool; at most its size.
            stream: the random stream of this draw.

        Returns:
            (n, 4) int16, as of `Modality.sample_queries`.
        """
        if not self._size:
            return self._modality.sample_queries(shape, n, self._sampling, stream)
        if id(shape) not in self.pools:
            own = numpy_stream(self._seed, "pool of queries", shape_id)
            drawn = self._modality.sample_queries(shape, self._size, self._sampling, own)
            self.pools[id(shape)] = shape, drawn
        _, pool = self.pools[id(shape)]
        return pool[stream.choice(len(pool), n, replace=False)]
