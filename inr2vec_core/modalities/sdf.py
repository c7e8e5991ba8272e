"""Meshes: the signed distance to the surface, negative inside, clipped (paper, Appendix B)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from inr2vec_core.modalities._base import CLIP, DistanceModality

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from inr2vec_core.geometry.shapes import MeshShape


class Sdf(DistanceModality):
    """The signed distance field of a mesh; labels are (d / CLIP + 1) / 2, 0.5 on the surface."""

    title = "mesh"
    keep_queries = True
    frame_of_mesh = False  # it is the shape's own

    def numbers_per_shape(self, dataset: Mapping, n_queries: int) -> int:
        return 200_000 + 32 * n_queries  # the surface with its search tree, a pool of queries

    def size_without_original(self, dataset: Mapping, reconstruction: Mapping) -> int:
        return reconstruction["resolution"]

    @property
    def shape_class(self):
        from inr2vec_core.geometry.shapes import MeshShape

        return MeshShape

    def prepare(self, geometry, settings, rng, rng_of_complete=None):
        from inr2vec_core.geometry.preprocessing import Prepared, prepare_mesh

        return Prepared(*prepare_mesh(geometry, settings.open_meshes))

    @staticmethod
    def label_distances(distances: np.ndarray) -> np.ndarray:
        """Labels of signed distances of any size.

        Args:
            distances: (q,), positive outside.

        Returns:
            (q,) float32 in [0, 1].
        """
        import numpy as np

        return np.clip((distances + CLIP) / (2 * CLIP), 0, 1).astype(np.float32)

    def sample_queries(self, shape: MeshShape, n, sampling, rng):
        import numpy as np

        from inr2vec_core.geometry.queries import (
            from_steps,
            quantize,
            sample_coordinates,
            to_steps,
        )

        counts = sampling.counts(n)[:-1]
        near = shape.surface().sample(sum(counts), rng)[0].astype(np.float32)
        chunks = iter(np.split(near, np.cumsum(counts)))

        def surface(count: int) -> np.ndarray:
            return next(chunks)

        steps = to_steps(sample_coordinates(surface, n, sampling, rng))
        return quantize(steps, self.label_distances(shape.signed_distance()(from_steps(steps))))

    def distances(self, labels: Tensor) -> Tensor:
        return (2 * labels - 1) * CLIP

    def values(self, outputs: Tensor, loss: str = "bce") -> Tensor:
        return outputs if loss == "mse" else self.distances(outputs.sigmoid())

    def reconstruct(self, field, size, generator, device="cpu", cloud=None):
        from inr2vec_core.reconstruction.extract import mesh_from_sdf

        return mesh_from_sdf(field, size, device=device)

    def values_on_grid(self, field, size, device="cpu"):
        from inr2vec_core.reconstruction.extract import grid_values

        return grid_values(field, size, device, centroids=False)

    def cut(self, values: np.ndarray) -> MeshShape:
        from inr2vec_core.reconstruction.extract import mesh_from_grid

        return mesh_from_grid(values)
